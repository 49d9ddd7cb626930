# SPDX-License-Identifier: ISC
import json
import sys

print(f"Hello, {json.load(sys.stdin)['name']}!", end="")
