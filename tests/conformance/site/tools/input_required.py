# SPDX-License-Identifier: ISC
"""input_required.py KIND: asks, and says what was answered."""
import sys
import time
from questions import answers, ask, entry, form, missing, model, state, text_of

kind = sys.argv[1]
name = form("What is your name?", name="string")
capital = model("What is the capital of France?")
roots = {"method": "roots/list", "params": {}}
confirm = form("Please confirm", ok="boolean")


def once(questions, with_state=None):
    """Asks what is not answered yet."""
    if missing(questions):
        ask(missing(questions), with_state)


def places():
    return ", ".join(root["uri"] for root in answers["client_roots"]["roots"])


if kind == "elicitation":
    once({"user_name": name})
    said = f"Hello, {entry('user_name', 'name')}!"
elif kind == "sampling":
    once({"capital_question": capital})
    said = "The model said: " + text_of("capital_question")
elif kind == "list_roots":
    once({"client_roots": roots})
    said = "The client works in " + places()
elif kind in ("request_state", "tampered_state"):
    once({"confirm": confirm}, "kept")
    said = "state-ok" if state == "kept" else "the state is lost"
elif kind == "multiple_inputs":
    once({"user_name": name, "greeting": model("Write a greeting", 50), "client_roots": roots}, "three")
    said = f"{entry('user_name', 'name')}, {text_of('greeting')}, {places()}"
elif kind == "multi_round":
    once({"step1": form("Step 1: what is your name?", name="string")}, "after 1")
    once({"step2": form("Step 2: what is your favourite colour?", color="string")}, "after 2")
    said = f"{entry('step1', 'name')} likes {entry('step2', 'color')}"
elif kind == "capabilities":
    if not answers:
        ask({"user_name": name, "capital_question": capital})
    said = "Answered: " + ", ".join(sorted(answers))
elif kind == "streaming":
    once({"confirm": confirm})
    said = f"Confirmed: {entry('confirm', 'ok')}"
elif kind == "two_forms":
    once({"first": form("What is the first name?", name="string"), "second": form("What is the second name?", name="string")})
    said = f"{entry('first', 'name')} and {entry('second', 'name')}"
elif kind == "named_work":
    once({"user_name": name})
    time.sleep(0.5)
    said = f"Worked for {entry('user_name', 'name')}"
print(said, end="")
