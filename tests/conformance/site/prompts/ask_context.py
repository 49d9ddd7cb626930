# SPDX-License-Identifier: ISC
import json
import os

answers = json.loads(os.environ.get("MCP_ANSWERS") or "{}")
if "user_context" in answers:
    about = answers["user_context"].get("content", {}).get("context", "nothing in particular")
    print(json.dumps({"messages": [{"role": "user", "content": {"type": "text", "text": f"Please consider: {about}"}}]}))
else:
    print(json.dumps({"ask": {"user_context": {"message": "What is it about?", "schema": {
        "type": "object", "properties": {"context": {"type": "string"}}, "required": ["context"]}}}}))
