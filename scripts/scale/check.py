"""Runs the topology under load while its parts are killed, stopped and restarted, and counts. See scripts/scale-check.

Arguments: the folder of the programs, a temporary folder, and how many rounds.
"""

import signal
import sys
import threading
import time
from collections import Counter

from callers import CALLERS, OF_NEW_TOKENS
from programs import Failed, wait_until
from replicas import check_all
from tally import Tally
from topology import SERVICES, Topology


class Check:
    """The events, one after another, under the load of all callers."""

    def __init__(self, topology):
        self.topology, self.tally, self.stopping = topology, Tally(), threading.Event()
        self.counts = {"replicas killed": 0, "replicas stopped": 0, "database restarts": 0, "store restarts": 0}
        self.counts |= {"key rotations": 0}
        self.callers = [caller(topology, self.tally, self.stopping) for caller in CALLERS]

    def run(self, rounds):
        for caller in self.callers:
            caller.start()
        self.progress(3)
        for number in range(rounds):
            first, second = (1, 2) if number % 2 == 0 else (2, 1)
            self.kill(first)
            self.stop(second)
            self.rotate()
            self.restart_store()
            self.restart_database("fast" if number % 2 == 0 else "immediate")
            print(f"ok      round {number + 1} of {rounds}: replicas killed and stopped, keys, store, database", flush=True)
        self.stopping.set()
        for caller in self.callers:
            caller.join()

    def progress(self, turns):
        """Waits until each caller has begun and ended this many more turns."""
        before = [caller.turns for caller in self.callers]

        def test():
            if self.tally.faults:
                raise Failed(self.tally.faults[0])
            return all(caller.turns > begun + turns for caller, begun in zip(self.callers, before))

        wait_until("every caller went on", test)

    def kill(self, replica):
        """Kills the replica with this number of every service."""
        programs = {service: self.topology.replicas[service, replica] for service in SERVICES}
        for service, program in programs.items():
            self.tally.killed(service, program.kill())
        for service in SERVICES:
            self.topology.wait_until_down(service, replica)
        self.progress(1)
        self.bring_back(programs.values())
        self.counts["replicas killed"] += len(programs)

    def stop(self, replica):
        """Stops the replica with this number of every service."""
        programs = [self.topology.replicas[service, replica] for service in SERVICES]
        for program in programs:
            program.terminate()
        for program in programs:
            code = program.has_stopped()
            if code != 0:
                raise Failed(f"{program.name} ended with {code} after SIGTERM: {program.end_of_log()}")
        self.progress(1)
        self.bring_back(programs)
        self.counts["replicas stopped"] += len(programs)

    def bring_back(self, programs):
        for program in programs:
            program.start()
        for program in programs:
            program.wait()
        self.topology.wait_for_proxy()
        self.progress(1)

    def rotate(self):
        """Rotates the keys of all three issuers, and waits until a token of each new key was used."""
        callers = [caller for caller in self.callers if isinstance(caller, OF_NEW_TOKENS)]
        before = {key for caller in callers for key in list(caller.keys)}
        self.topology.rotate_keys()
        for side in ("descope", "auth0"):
            self.topology.control(side, "rotate")
        wait_until("each caller has a token of the new key", lambda: all(one.keys - before for one in callers))
        self.progress(1)
        self.counts["key rotations"] += 3

    def restart_store(self):
        redis = self.topology.redis
        redis.kill()
        self.progress(2)
        redis.start()
        redis.wait()
        if self.topology.has_quotas:
            wait_until("the services count in the store again", self.topology.is_store_used)
        self.progress(1)
        self.counts["store restarts"] += 1

    def restart_database(self, mode):
        begun = time.monotonic()
        self.topology.postgres.stop(mode)
        # It is gone until every service that has a database has said so.
        expected = set(SERVICES) - {"auth0-api"}
        try:
            wait_until("every service responds with 503", lambda: expected <= self.tally.refused_since(begun))
        finally:
            self.topology.postgres.start()
        for program in self.topology.replicas.values():
            program.wait()
        self.topology.wait_for_proxy()
        self.tally.outage(begun, time.monotonic())
        self.progress(2)
        self.counts["database restarts"] += 1

    def read_back(self):
        """Returns the number of acknowledged writes, and adds a fault for those that a replica does not have."""
        written = 0
        for caller in self.callers:
            if not hasattr(caller, "lost"):
                continue
            written += len(caller.written)
            for number in (1, 2):
                lost = caller.lost(self.topology.direct(number))
                if lost:
                    self.tally.fault(f"lost writes: {lost} of {type(caller).__name__}, asked at replica {number}")
        return written

    def report(self):
        written = self.read_back()
        print()
        self.tally.report(SERVICES)
        print()
        ended = sum(getattr(caller, "ended", 0) for caller in self.callers)
        for name, count in (self.counts | {"acknowledged writes, read at each replica": written, "sessions ended": ended}).items():
            print(f"{name:42}{count:>8}")
        for name, (now, most) in self.memory().items():
            print(f"{name:42}{now:>8} MiB, at most {most}")
        sql = "SELECT usename, count(*) FROM pg_stat_activity WHERE usename <> 'postgres' GROUP BY 1 ORDER BY 1"
        for line in self.topology.postgres.query("postgres", sql):
            name, _, count = line.partition("|")
            print(f"{f'connections of {name}':42}{count:>8}")

    def memory(self):
        programs = {program.name: program.memory() for program in self.topology.replicas.values()}
        return programs | {"haproxy": self.topology.proxy.memory(), "redis": self.topology.redis.memory()}


def main():
    programs, folder, rounds = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    topology = Topology(programs, folder)
    check = None
    try:
        topology.start()
        print("ok      both replicas of each service migrated an empty database at the same time", flush=True)
        check_all(topology)
        check = Check(topology)
        check.run(int(rounds))
        check.report()
        faults = check.tally.faults
    except Failed as failed:
        faults = [str(failed), *(check.tally.faults if check else [])]
    finally:
        if check:
            check.stopping.set()
        topology.stop()
    for fault, times in Counter(faults).most_common(20):
        print(f"scale-check: {fault}" + (f" ({times} times)" if times > 1 else ""), file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
