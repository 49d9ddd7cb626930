# SPDX-License-Identifier: ISC
"""What the programs that ask have in common."""
import json
import os

answers = json.loads(os.environ.get("MCP_ANSWERS") or "{}")
state = os.environ.get("MCP_STATE")


def form(message, **fields):
    """A question with one field a keyword: name="string"."""
    properties = {name: {"type": kind} for name, kind in fields.items()}
    return {"message": message, "schema": {"type": "object", "properties": properties, "required": list(fields)}}


def model(prompt, most=100):
    """A question to the model of the client."""
    content = {"type": "text", "text": prompt}
    return {"method": "sampling/createMessage", "params": {"messages": [{"role": "user", "content": content}], "maxTokens": most}}


def missing(questions):
    """Those that have no answer yet."""
    return {key: question for key, question in questions.items() if key not in answers}


def ask(questions, state=None):
    print(json.dumps({"ask": questions, **({"state": state} if state else {})}))
    raise SystemExit


def text_of(key):
    """What the model said."""
    content = answers[key]["content"]
    return " ".join(block.get("text", "") for block in (content if isinstance(content, list) else [content]))


def entry(key, field):
    """What the person filled in; what was done instead, if it was not."""
    given = answers[key]
    return given.get("content", {}).get(field) if given["action"] == "accept" else given["action"]
