"""Stories with the official SDK's client: `client.py STORY SHIMKEEPER HOME WATCH SERVER`.

The client runs `SHIMKEEPER guard -- python SERVER`, all state under HOME; WATCH is what `restart` calls the server.
Ends with 0 where the story went as it should. Only clocks are the deadlines of waits that succeed early.
"""

import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import mcp_types as types
from mcp import ClientSession, MCPError, StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.message import SessionMessage

STORY, SHIMKEEPER, HOME, WATCH, SERVER = sys.argv[1:]

# Long enough for a loaded machine; nothing waits for it in vain.
PATIENCE = 60
LOST = "the server was restarted before it answered; send the request again"
ENDS = f"{HOME}/ends"
ROOT = "file:///story"

stories = {}


def story(run):
    stories[run.__name__] = run
    return run


def parameters(*options: str) -> StdioServerParameters:
    args = ["--home", HOME, "guard", *options, "--", sys.executable, SERVER]
    return StdioServerParameters(command=SHIMKEEPER, args=args, env={**os.environ, "SHIMKEEPER_STORY_ENDS": ENDS})


class Heard:
    """What the server says without being asked."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.errors: list[Exception] = []

    async def __call__(self, message) -> None:
        if isinstance(message, Exception):
            self.errors.append(message)
        else:
            self.kinds.append(type(message).__name__)


async def roots(_context) -> types.ListRootsResult:
    return types.ListRootsResult(roots=[types.Root(uri=ROOT)])


@asynccontextmanager
async def session_of(parameters, heard=None, list_roots=roots):
    """A session that has shaken hands, as most clients do it."""
    async with stdio_client(parameters) as (read, write):
        heard = heard or Heard()
        async with ClientSession(read, write, message_handler=heard, list_roots_callback=list_roots) as session:
            await session.initialize()
            yield session
    assert heard.errors == [], f"no line is anything but a message: {heard.errors}"


async def text(session, tool: str, **arguments) -> str:
    result = await session.call_tool(tool, arguments)
    assert not result.is_error, result
    return result.content[0].text


def children() -> list[int]:
    return [int(pid) for pid in Path("/proc/self/task").glob("*/children") for pid in pid.read_text().split()]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def the_guard() -> int:
    (guard,) = children()
    return guard


async def restart(expected: int = 0) -> str:
    # The program, as a person would run it.
    command = [SHIMKEEPER, "--home", HOME, "restart", "--watch", WATCH]
    done = await anyio.run_process(command, check=False, stdin=subprocess.DEVNULL)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == expected, said
    return said


async def eventually(what: str, holds) -> None:
    with anyio.move_on_after(PATIENCE):
        while not holds():
            await anyio.sleep(0.01)
        return
    raise AssertionError(f"timed out waiting until {what}")


class InFlight:
    """A call that the server is at work on and never answers."""

    def __init__(self, session) -> None:
        self.session = session
        self.at_work = anyio.Event()
        self.outcome = None

    async def run(self) -> None:
        async def progress(*_) -> None:
            self.at_work.set()

        try:
            self.outcome = await self.session.call_tool("slow", progress_callback=progress)
        except MCPError as error:
            self.outcome = error


def is_ours(error) -> bool:
    return isinstance(error, MCPError) and error.code == -32010 and error.message == LOST


@story
async def the_session_goes_on_after_a_restart() -> None:
    heard = Heard()
    async with session_of(parameters(), heard) as session:
        guard, before = the_guard(), await text(session, "pid")
        assert await text(session, "counter") == "1"
        assert await text(session, "counter") == "2"
        said = await restart()
        after = await text(session, "pid")
        assert before != after and f"as PID {after}" in said, (before, after, said)
        assert not lives(int(before))
        assert the_guard() == guard and lives(guard)
        assert await text(session, "counter") == "1", "a new server"
        assert len((await session.list_tools()).tools) == 8
        await eventually("the client is told to read its list", lambda: heard.kinds)
        assert heard.kinds == ["ToolListChangedNotification"], heard.kinds
        assert len(await text(session, "large")) == 1_000_000


@story
async def a_call_in_flight_gets_our_error_and_the_next_one_its_answer() -> None:
    async with session_of(parameters()) as session, anyio.create_task_group() as tasks:
        flight = InFlight(session)
        tasks.start_soon(flight.run)
        await flight.at_work.wait()
        await restart()
        assert await text(session, "echo", text="next") == "next"
        assert is_ours(flight.outcome), flight.outcome


@story
async def calls_during_a_restart_wait_and_succeed() -> None:
    async with session_of(parameters()) as session, anyio.create_task_group() as tasks:
        before = int(await text(session, "pid"))
        tasks.start_soon(restart)
        await eventually("the old server is gone", lambda: not lives(before))
        answers = []

        async def call(number: int) -> None:
            answers.append((number, await text(session, "echo", text=str(number))))

        async with anyio.create_task_group() as calls:
            for number in range(50):
                calls.start_soon(call, number)
        assert sorted(answers) == [(number, str(number)) for number in range(50)]


async def under_load(session, restarts: int) -> None:
    """Every call is answered or gets exactly our error; none hangs."""
    going = True
    answered, lost = 0, 0

    async def call(caller: int) -> None:
        nonlocal answered, lost
        number = 0
        while going:
            number += 1
            says = f"{caller}-{number}" + "x" * (number % 3 * 40_000)
            try:
                with anyio.fail_after(PATIENCE):
                    assert await text(session, "echo", text=says) == says
                answered += 1
            except MCPError as error:
                assert is_ours(error), error
                lost += 1

    async with anyio.create_task_group() as calls:
        for caller in range(4):
            calls.start_soon(call, caller)
        pids = {await text(session, "pid")}
        for _ in range(restarts):
            await restart()
            while True:
                # The call itself may be one that is lost.
                try:
                    pids.add(await text(session, "pid"))
                    break
                except MCPError as error:
                    assert is_ours(error), error
        going = False
    assert len(pids) == restarts + 1, pids
    assert answered > restarts, (answered, lost)
    print(f"{answered} answered, {lost} lost", file=sys.stderr)


@story
async def twenty_restarts_under_load_lose_no_call_silently() -> None:
    async with session_of(parameters()) as session:
        await under_load(session, 20)


@story
async def a_question_in_flight_is_taken_back() -> None:
    asked, answer = anyio.Event(), anyio.Event()
    questions = 0
    withdrawn = False

    async def list_roots(_context) -> types.ListRootsResult:
        nonlocal questions, withdrawn
        questions += 1
        if questions == 1:
            asked.set()
            try:
                await answer.wait()
            except anyio.get_cancelled_exc_class():
                withdrawn = True
                raise
        return types.ListRootsResult(roots=[types.Root(uri=ROOT)])

    async with session_of(parameters(), list_roots=list_roots) as session, anyio.create_task_group() as tasks:
        outcome = []

        async def ask() -> None:
            try:
                outcome.append(await text(session, "ask"))
            except MCPError as error:
                outcome.append(error)

        tasks.start_soon(ask)
        await asked.wait()
        await restart()
        await eventually("the call that asked is lost", lambda: outcome)
        assert is_ours(outcome[0]), outcome
        await eventually("the question is taken back", lambda: withdrawn)
        answer.set()
        # A new server numbers its questions from the beginning again.
        assert await text(session, "ask") == ROOT
        assert questions == 2


@story
async def a_late_answer_does_not_confuse_the_new_server() -> None:
    asked, answer = anyio.Event(), anyio.Event()

    async def list_roots(_context) -> types.ListRootsResult:
        if not asked.is_set():
            asked.set()
            # This client answers although the question was taken back.
            with anyio.CancelScope(shield=True):
                await answer.wait()
        return types.ListRootsResult(roots=[types.Root(uri=ROOT)])

    async with session_of(parameters(), list_roots=list_roots) as session, anyio.create_task_group() as tasks:
        lost = []

        async def ask() -> None:
            try:
                await text(session, "ask")
            except MCPError as error:
                lost.append(error)

        tasks.start_soon(ask)
        await asked.wait()
        await restart()
        answer.set()
        assert await text(session, "ask") == ROOT
        await eventually("the first call is lost", lambda: lost)
        assert is_ours(lost[0]) and await text(session, "echo", text="on") == "on"


@story
async def a_crash_is_survived_where_that_is_wished() -> None:
    async with session_of(parameters("--restart", "on-failure")) as session:
        guard, before = the_guard(), await text(session, "pid")
        try:
            await text(session, "crash")
            raise AssertionError("the crash has no answer of its own")
        except MCPError as error:
            assert is_ours(error), error
        assert await text(session, "pid") != before
        assert the_guard() == guard


@story
async def a_crash_ends_the_session_otherwise() -> None:
    async with stdio_client(parameters()) as (read, write):
        async with ClientSession(read, write) as session:
            await session.initialize()
            guard = the_guard()
            try:
                await text(session, "crash")
                raise AssertionError("the crash has no answer of its own")
            except MCPError as error:
                assert error.code == types.CONNECTION_CLOSED, error
            await eventually("the guard is gone", lambda: not lives(guard))


@story
async def without_restarts_the_pipes_are_the_servers_own() -> None:
    async with session_of(parameters("--no-restart")) as session:
        server = await text(session, "pid")
        said = await restart(expected=1)
        assert "--no-restart" in said, said
        assert await text(session, "pid") == server
        assert len(await text(session, "large")) == 1_000_000
        assert await text(session, "ask") == ROOT


@story
async def progress_is_told_step_by_step() -> None:
    async with session_of(parameters()) as session:
        for _ in range(2):
            steps = []

            async def progress(step, total, _message) -> None:
                steps.append((step, total))

            result = await session.call_tool("progress", {"steps": 200}, progress_callback=progress)
            assert result.content[0].text == "done"
            await eventually("every step is told", lambda: len(steps) == 200)
            assert sorted(steps) == [(step, 200) for step in range(200)], steps
            await restart()


@story
async def the_end_of_the_client_ends_everything_in_mcps_order() -> None:
    took = {}
    direct = StdioServerParameters(command=sys.executable, args=[SERVER], env=dict(os.environ))
    for name, how in [("direct", direct), ("guard", parameters()), ("restarted", parameters()), ("plain", parameters("--no-restart"))]:
        async with stdio_client(how) as (read, write):
            async with ClientSession(read, write) as session:
                await session.initialize()
                if name == "restarted":
                    await restart()
                pids = [the_guard(), int(await text(session, "pid"))]
                pids += [int(pid) for pid in Path(f"/proc/{pids[0]}/task/{pids[0]}/children").read_text().split()]
            begin = time.monotonic()
        took[name] = time.monotonic() - begin
        assert not any(map(lives, pids)), pids
    ends = Path(ENDS).read_text().split()
    # The client asks by a signal only after two seconds.
    assert ends == ["closed"] * len(ends) and len(ends) == 4, ends
    assert max(took.values()) < took["direct"] + 1, took


@story
async def a_client_without_a_handshake_goes_on_too() -> None:
    """The protocol of 2026: no `initialize`, every request says all that a server must know."""
    async with Client(parameters(), list_roots_callback=roots) as client:
        assert client.protocol_version >= "2026", client.protocol_version
        guard, before = the_guard(), await text(client, "pid")
        said = await restart()
        after = await text(client, "pid")
        assert before != after and f"as PID {after}" in said, said
        assert the_guard() == guard
        assert len((await client.list_tools()).tools) == 8
        await under_load(client, 3)


@story
async def a_subscription_is_told_that_it_is_lost() -> None:
    async with Client(parameters()) as client:
        lost = False
        try:
            async with client.listen(tools_list_changed=True) as subscription:
                await restart()
                async for event in subscription:
                    raise AssertionError(event)
        except SubscriptionLost:
            lost = True
        assert lost
        async with client.listen(tools_list_changed=True):
            assert await text(client, "echo", text="again") == "again"


@story
async def a_client_that_probes_finds_an_older_server_and_goes_on() -> None:
    """`server/discover` is refused, then comes `initialize`: the latter is what a new server must hear."""
    heard = Heard()
    how = parameters()
    how.env["SHIMKEEPER_STORY_OLD"] = "1"
    async with Client(how, message_handler=heard, list_roots_callback=roots) as client:
        assert client.protocol_version < "2026", client.protocol_version
        before = await text(client, "pid")
        await restart()
        assert await text(client, "pid") != before
        assert await text(client, "ask") == ROOT
        await eventually("the client is told to read its list", lambda: heard.kinds)


@story
async def a_consent_for_one_thing_is_none_for_another() -> None:
    """server-everything asks; this client answers although the question was taken back, as not all of them hear that."""
    dialogs: list[list] = []

    async def elicit(context, _params) -> types.ElicitResult:
        mine = [anyio.Event(), "cancel", context.request_id]
        dialogs.append(mine)
        with anyio.CancelScope(shield=True):
            await mine[0].wait()
        content = {"name": "old", "check": True} if mine[1] == "accept" else None
        return types.ElicitResult(action=mine[1], content=content)

    def decide(number: int, action: str) -> None:
        dialogs[number][1] = action
        dialogs[number][0].set()

    how = StdioServerParameters(
        command=SHIMKEEPER, args=["--home", HOME, "guard", "node", SERVER, "stdio"], env=dict(os.environ)
    )
    async with stdio_client(how) as (read, write):
        # It asks nothing else, so that every server asks under the same number.
        async with ClientSession(read, write, elicitation_callback=elicit) as session:
            await session.initialize()
            outcomes: dict[int, object] = {}

            async def ask(number: int) -> None:
                try:
                    outcomes[number] = await session.call_tool("trigger-elicitation-request", {})
                except MCPError as error:
                    outcomes[number] = error

            async with anyio.create_task_group() as tasks:
                for number in range(3):
                    tasks.start_soon(ask, number)
                    await eventually("the dialog is open", lambda: len(dialogs) == number + 1)
                    if number > 0:
                        # The user accepts the old one; whatever the SDK makes of that, the answer is sent.
                        decide(number - 1, "accept")
                        accepts = {"action": "accept", "content": {"name": "old", "check": True}}
                        late = types.JSONRPCResponse(jsonrpc="2.0", id=dialogs[number - 1][2], result=accepts)
                        await write.send(SessionMessage(late))
                        await session.send_ping()
                        if number in outcomes:
                            # Nothing waits for a dialog any more.
                            decide(number, "cancel")
                            raise AssertionError(f"a consent for another thing: {outcomes[number]}")
                    if number < 2:
                        await restart()
                        await eventually("the call that asked is lost", lambda: number in outcomes)
                        assert is_ours(outcomes[number]), outcomes
                decide(2, "decline")
            said = outcomes[2].content[0].text
            assert "declined" in said and "old" not in said, said


async def run() -> None:
    with anyio.fail_after(150):
        await stories[STORY]()


anyio.run(run)
