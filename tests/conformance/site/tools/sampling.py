# SPDX-License-Identifier: ISC
import json
import sys
from questions import answers, ask, model, text_of

prompt = json.load(sys.stdin)["prompt"]
if "answer" not in answers:
    ask({"answer": model(prompt)})
print("LLM response: " + text_of("answer"), end="")
