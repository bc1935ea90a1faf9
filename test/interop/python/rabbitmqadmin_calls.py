"""Calls RabbitMQ's rabbitmqadmin, each time in a process of its own, which begins with Python started and its modules loaded: that takes far longer
than the call. Standard input: a JSON list of argument lists. Standard output: a JSON list of exit code, standard output and standard error."""

import base64, copy, http.client, json, optparse, os, socket, ssl, sys, tempfile, traceback, urllib.parse  # noqa: F401, E401

PROGRAM, GIVEN = sys.argv[1:]
with open(PROGRAM, encoding="utf-8") as file:
    script = compile(file.read(), PROGRAM, "exec")


def call(argv):
    """The result of one call, which is given GIVEN as its standard input."""
    files = [tempfile.TemporaryFile() for _ in range(3)]
    files[0].write(GIVEN.encode())
    files[0].seek(0)
    child = os.fork()
    if child == 0:
        os._exit(be(argv, files))
    _, status = os.waitpid(child, 0)
    output = []
    for file in files[1:]:
        file.seek(0)
        output.append(file.read().decode())
    return [os.waitstatus_to_exitcode(status), *output]


def be(argv, files):
    """In the child: what Python does with a script, up to its exit code."""
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    sys.argv = [PROGRAM, *argv]
    code = 0
    try:
        exec(script, {"__name__": "__main__"})
    except SystemExit as end:
        code = end.code or 0
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


# Not by sys.stdin, which would have read ahead for the children.
with os.fdopen(os.dup(0), encoding="utf-8") as calls:
    results = [call(argv) for argv in json.load(calls)]
print(json.dumps(results))
