"""The page on which people check that a notice is real."""

import click


@click.command("check-page")
@click.argument("verb", type=click.Choice(["serve"]))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", default=8484, show_default=True, type=click.IntRange(0, 65535), help="Its port."
)
@click.option(
    "--behind-proxy",
    "proxies",
    default=0,
    show_default=True,
    type=click.IntRange(0, 5),
    help="How many proxies of yours stand in front and write X-Forwarded-For.",
)
def check_page_(verb: str, host: str, port: int, proxies: int) -> None:  # noqa: ARG001
    """Serve the page on which people type the code of a notice, to see that it is real."""
    from flows.check_page.app import check_page_app
    from flows.check_page.opening import open_desk
    from flows.check_page.server import server_of

    desk = open_desk(proxies=proxies)
    click.echo(f"the check page is at http://{host}:{port}/ until this is stopped", err=True)
    server_of(check_page_app(desk), host=host, port=port).run()
