# SPDX-License-Identifier: ISC
import json
import sys

print("Region: " + json.load(sys.stdin)["region"], end="")
