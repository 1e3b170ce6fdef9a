"""PEER: the architecture document's worker: its client, its settings, its question.

The model is asked with urllib, which costs less than the SDK that the document uses.
Variables: ENGINE_URL, TOPIC, LLM_URL.
"""
import json
import os
import urllib.request

from camunda.external_task.external_task_worker import ExternalTaskWorker

LLM_URL = os.environ["LLM_URL"]


def ask(prompt):
    body = {
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "You are an airline policy expert. Respond with only one word."},
            {"role": "user", "content": prompt},
        ],
        "max_tokens": 10,
        "temperature": 0.3,
    }
    request = urllib.request.Request(
        LLM_URL + "/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Authorization": "Bearer sk-of-the-benchmark", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["choices"][0]["message"]["content"].strip().upper()


def analyze(task):
    prompt = (
        "Analyze this ticket refund request:\n\n"
        f"Booking ID: {task.get_variable('bookingId')}\n"
        f"Ticket Class: {task.get_variable('ticketClass')}\n"
        f"Days Until Flight: {task.get_variable('daysUntilFlight')}\n"
        f"Purchase Date: {task.get_variable('purchaseDate')}\n\n"
        "Answer with one word: ALLOWED, WITH_PENALTY or MANUAL."
    )
    return task.complete(
        {
            "fareRuleCheck": ask(prompt),
            "llmProvider": "OpenAI GPT-4o-mini",
            "llmReasoning": f"AI analysis for {task.get_variable('bookingId')}",
            "apiErrorCount": 0,
        }
    )


ExternalTaskWorker(
    worker_id="llm-fare-analyzer-1",
    base_url=os.environ["ENGINE_URL"],
    config={"maxTasks": 1, "lockDuration": 30000, "asyncResponseTimeout": 10000},
).subscribe(os.environ["TOPIC"], analyze)
