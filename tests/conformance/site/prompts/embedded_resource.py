# SPDX-License-Identifier: ISC
import json
import sys

uri = json.load(sys.stdin)["resourceUri"]
resource = {"uri": uri, "mimeType": "text/plain", "text": "Embedded resource content for testing."}
print(json.dumps({"messages": [
    {"role": "user", "content": {"type": "resource", "resource": resource}},
    {"role": "user", "content": {"type": "text", "text": "Please process the embedded resource above."}}]}))
