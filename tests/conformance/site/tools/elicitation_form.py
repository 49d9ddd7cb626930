# SPDX-License-Identifier: ISC
"""elicitation_form.py FILE: asks what is in the file."""
import json
import sys
from questions import answers, ask

if "form" not in answers:
    with open(sys.argv[1], encoding="utf-8") as file:
        ask({"form": json.load(file)})
given = answers["form"]
print(f"Elicitation completed: action={given['action']}, content={json.dumps(given.get('content', {}))}", end="")
