"""Sends readings as apps do: a connection per sender, one request after the other. The plan is standard input."""

import json
import sys
import threading
import time
from typing import Any

import httpx


def main() -> None:
    """Sends, and prints when each person's reading was acknowledged (s since 1970)."""
    plan = json.load(sys.stdin)
    acknowledged: dict[str, float] = {}
    waiting = iter(enumerate(plan["people"]))
    lock, begun = threading.Lock(), time.monotonic()

    def work() -> None:
        with httpx.Client(base_url=plan["url"], timeout=120) as client:
            while True:
                with lock:
                    number, (person_id, token) = next(waiting, (-1, ("", "")))
                if number < 0:
                    return
                time.sleep(max(0.0, begun + number * plan["pause_s"] - time.monotonic()))
                send(client, plan, person_id, token)
                acknowledged[person_id] = time.time()

    threads = [threading.Thread(target=work) for _ in range(plan["senders"])]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    print(json.dumps(acknowledged))


def send(client: httpx.Client, plan: dict[str, Any], person_id: str, token: str) -> None:
    """One reading of one person."""
    body = {"readings": [{"time": plan["time"], "glucose_mgdl": plan["glucose_mgdl"]}]}
    answer = client.post(
        f"/api/v1/people/{person_id}/readings", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    answer.raise_for_status()


if __name__ == "__main__":
    main()
