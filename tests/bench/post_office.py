"""Lets django-post-office work off a queue of the same notices; prints the seconds it took.

Run by `bench_send`, in a process of its own: `python -m tests.bench.post_office FOLDER N PORT`.
"""

import json
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    """Queue the messages, then time their sending."""
    folder, number, port = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    settings.configure(
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "queue.db")}
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        EMAIL_BACKEND="post_office.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        POST_OFFICE={"BATCH_SIZE": 1000, "THREADS_PER_PROCESS": 5},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from post_office import mail
    from post_office.models import Email

    bodies = json.loads((folder / "bodies.json").read_text())
    for start in range(0, number, 500):
        mail.send_many(
            [
                {
                    "recipients": [f"p{n}@people.example"],
                    "sender": "a@shop.example",
                    "subject": bodies[n % len(bodies)]["subject"],
                    "message": bodies[n % len(bodies)]["text"],
                    "html_message": bodies[n % len(bodies)]["html"],
                }
                for n in range(start, min(start + 500, number))
            ]
        )
    began = time.perf_counter()
    mail.send_queued_mail_until_done(processes=1)
    seconds = time.perf_counter() - began
    assert Email.objects.filter(status=0).count() == number
    print(seconds)


if __name__ == "__main__":
    main()
