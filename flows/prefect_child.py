"""Runs Prefect's server in this process and ends when standard input closes."""

import asyncio
import os
import sys
import threading


def end_with_parent() -> None:
    """End this process as soon as the parent's end of the pipe is gone."""

    def watch() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Serve on the loopback port given as first argument."""
    end_with_parent()
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(final=True, webserver_only=False)
    config = uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
