"""A real server of the official SDK. Its tools are what the stories need.

Tells in the file SHIMKEEPER_STORY_ENDS how it ended: "closed" after its input was closed, "asked" after SIGTERM.
"""

import os
import signal
import sys
import warnings

import anyio
import mcp_types as types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.runner import serve_loop
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler

# What is deprecated is what most servers still do.
warnings.simplefilter("ignore")

TOOLS = ["echo", "pid", "counter", "large", "slow", "progress", "ask", "crash"]

counted = 0


def tell_the_end(how: str) -> None:
    if path := os.environ.get("SHIMKEEPER_STORY_ENDS"):
        with open(path, "a") as file:
            file.write(f"{how}\n")


def asked(*_: object) -> None:
    tell_the_end("asked")
    os._exit(0)


async def list_tools(_ctx, _params):
    anything = {"type": "object"}
    return types.ListToolsResult(tools=[types.Tool(name=name, input_schema=anything) for name in TOOLS])


async def call_tool(ctx, params):
    told = params.arguments or {}
    match params.name:
        case "echo":
            says = told["text"]
        case "pid":
            says = str(os.getpid())
        case "counter":
            global counted
            counted += 1
            says = str(counted)
        case "large":
            says = "x" * 1_000_000
        case "slow":
            # Whoever called us knows from this that we are at work.
            await ctx.session.report_progress(0)
            await anyio.sleep_forever()
        case "progress":
            for step in range(told["steps"]):
                await ctx.session.report_progress(step, told["steps"])
            says = "done"
        case "ask":
            roots = await ctx.session.list_roots()
            says = str(roots.roots[0].uri)
        case "crash":
            os._exit(3)
    return types.CallToolResult(content=[types.TextContent(text=says)])


async def main() -> None:
    server = Server(
        "story",
        version="1",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_subscriptions_listen=ListenHandler(InMemorySubscriptionBus()),
    )
    options = server.create_initialization_options(NotificationOptions(tools_changed=True))
    async with stdio_server() as (read, write), server.lifespan(server) as state:
        if os.environ.get("SHIMKEEPER_STORY_OLD"):
            # As servers were before 2026: with a handshake or not at all.
            await serve_loop(server, read, write, lifespan_state=state, init_options=options)
        else:
            await server.run(read, write, options)


signal.signal(signal.SIGTERM, asked)
anyio.run(main)
tell_the_end("closed")
sys.exit(0)
