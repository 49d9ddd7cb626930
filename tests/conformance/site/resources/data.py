# SPDX-License-Identifier: ISC
import json
import sys

number = json.load(sys.stdin)["variables"]["id"]
print(json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"}), end="")
