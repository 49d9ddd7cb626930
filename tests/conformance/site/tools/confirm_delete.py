# SPDX-License-Identifier: ISC
import json
import sys
from questions import answers, ask, entry, form

filename = json.load(sys.stdin)["filename"]
if "confirm" not in answers:
    ask({"confirm": form(f"Delete {filename}?", confirm="boolean")})
print(f"{filename} was {'deleted' if entry('confirm', 'confirm') is True else 'kept'}.", end="")
