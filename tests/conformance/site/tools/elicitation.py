# SPDX-License-Identifier: ISC
import json
import sys
from questions import answers, ask

message = json.load(sys.stdin)["message"]
if "person" not in answers:
    ask({"person": {"message": message, "schema": {
        "type": "object",
        "properties": {"username": {"type": "string", "description": "User's response"},
                       "email": {"type": "string", "description": "User's email address"}},
        "required": ["username", "email"]}}})
given = answers["person"]
print(f"User response: action={given['action']}, content={json.dumps(given.get('content', {}))}", end="")
