/**
 * What reads a core before Node is started, where there is perl: its process waits for a program of some milliseconds.
 *
 * The bytes are moved into memory that has no name and is no part of a process (a memfd), which Node is given as a
 * further file. That takes one copy, and it is charged to us: pages that stayed in a pipe would be charged to the control
 * group of the process that dies. A small core is read at once; of a larger one, as its headers tell, as much as is its
 * share (`early_share.ts`). Node reads the rest.
 *
 * Of those that were read as a whole, Node is started for few at once (`early_turn.ts`).
 *
 * Where anything is missing, Node is started at once and reads all of it.
 *
 * Source: memfd_create(2), splice(2), sched_setscheduler(2), elf(5).
 *
 * @module
 */
import { CALLS, type Calls, INTERRUPTED } from './early_calls.ts'
import { earlyShare } from './early_share.ts'
import { earlyTurn } from './early_turn.ts'
import { earlyZeros } from './early_zeros.ts'
import { STATE_NAME } from './gate_state.ts'
import { CHUNK_BYTES, FIRST_OPTION, FIRST_SHARE } from './hold_layout.ts'
import type { MemoryBound } from './memory_pool.ts'

/** `F_SETPIPE_SZ` of fcntl(2). */
const SET_PIPE_SIZE = 1031
const SCHED_BATCH = 3
/** `MFD_NOEXEC_SEAL`: some systems want it, and those before Linux 6.3 do not know it. */
const NOEXEC_SEAL = 8
const POINTER_BYTES = 8
const SPLICE_BYTES = 1 << 20
const MONOTONIC = 1
const [SHARED_LOCK, OWN_LOCK, NO_WAIT, UNLOCK] = [1, 2, 4, 8]
/** `F_SETLK` of fcntl(2). */
const [SET_LOCK, WRITE_LOCK, NO_LOCK] = [6, 1, 2]
/** As many times the share of memory of each as all of them may hold: a quarter. */
const PLACES = 32
/** How often one is asked for, and how long apart: they are free again as soon as what was read is counted. */
const [PLACE_LOOKS, PLACE_SECONDS] = [200, 0.01]
/** How long the start of Node is put off while others are read. */
const OTHERS_SECONDS = 2
/** Where the limit on cores stands: behind the folder of the state and five of `SPECIFIERS`. */
const LIMIT_AT = 6

export interface Manner {
  /** Of a small core, and no more than its share of the memory that is left; whole chunks of it are read. */
  readonly mostBytes: number
  /** Room of the kernel's pipe, in bytes. */
  readonly pipeBytes: number
  /** While it reads, and once it has read all. */
  readonly niceFirst: number
  readonly niceAfter: number
}

/** Where large ones are counted, and which. */
export interface Sharing {
  /** Absolute. */
  readonly spool: string
  /** Of all of them in sum. */
  readonly bound: MemoryBound
  /** Of one, zeros included. */
  readonly mostBytes: number
  /** Cores at work. */
  readonly atOnce: number
}

/**
 * A program for perl, called with the path of Node, the receiver, the folder of the state and what the kernel tells;
 * its standard input is the core. It becomes Node, under its own process id.
 *
 * @returns undefined for a processor whose numbers of calls are not known here
 */
export function earlyReader(
  manner: Manner,
  sharing: Sharing,
  processor: string,
): string | undefined {
  const calls = CALLS.get(processor)
  if (calls === undefined) return undefined
  const parts = [
    becomeNode(manner, sharing.spool),
    readFirst(calls),
    newMemory(calls),
    room(manner),
    letGo(manner),
    time(calls),
    earlyShare(sharing.bound, sharing.mostBytes),
    earlyZeros(calls),
    earlyTurn(sharing.atOnce),
  ]
  return [...parts, PLACE, SIZE].join('\n')
}

/** A quoted word of perl. */
const quoted = (text: string) => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`

const becomeNode = (manner: Manner, spool: string): string => `
my ($node, $receiver, @told) = @ARGV;
my ($file, $memory, $state, $done, $took, $isAll) = (undef, undef, undef, 0, 0, 0);
my $spool = ${quoted(spool)};
my ($entry, $ticket, $boot, $namespace, $start);
my ($end, $looked, $zeros, $lastZeros, $began, %blank) = (2 ** 62, 0, 0, 0, 0);
# What is opened here stays open in Node.
$^F = 255;
fcntl STDIN, ${SET_PIPE_SIZE}, ${manner.pipeBytes};
setpriority 0, 0, ${manner.niceFirst};
# Perl of 32 bits has other numbers of calls.
readFirst() if ${POINTER_BYTES} == length pack "P", undef;
my $held = defined $entry ? ":$isAll:$entry" : "";
unshift @told, "${FIRST_OPTION}$file:$took$held" if defined $file;
exec { $node } $node, $receiver, @told;
exit 127;
`

const readFirst = (calls: Calls): string => `
sub readFirst {
  my $size = 0;
  $began = milliseconds();
  # Never in the middle of what the dying process writes.
  syscall ${calls.setScheduler}, 0, ${SCHED_BATCH}, my $priority = pack "i", 0;
  my $room = room();
  $file = newMemory() if $room && takePlace();
  return if !defined $file;
  while ($done - $zeros < $room && $done < $end) {
    my $most = $room - ($done - $zeros);
    $most = ${SPLICE_BYTES} if $most > ${SPLICE_BYTES};
    my $count = syscall ${calls.splice}, 0, 0, $file, 0, $most, 0;
    next if $count < 0 && $! == ${INTERRUPTED};
    last if $count < 0;
    return letGo() if $count == 0;
    $done += $count;
    $took = milliseconds() - $began;
    if (!$size && ($size = sizeToldByHeaders()) > $room) {
      $room = shareOf($size, $room);
      last if !defined $entry;
      leavePlace();
    }
    takeZeros() if defined $entry && giveZerosBack();
  }
  flock $state, ${UNLOCK};
}
`

const room = (manner: Manner): string => `
# A process with the limit 0 has asked for no core.
sub room {
  return 0 if defined $told[${LIMIT_AT}] && $told[${LIMIT_AT}] eq "0";
  my $most = available() / ${FIRST_SHARE};
  $most = ${manner.mostBytes} if $most > ${manner.mostBytes};
  return $most - $most % ${CHUNK_BYTES};
}

sub available {
  open my $info, "<", "/proc/meminfo" or return 0;
  my ($available) = map { /^MemAvailable: +(\\d+) kB/ } <$info>;
  return ($available || 0) * 1024;
}
`

/** Its lock goes with the process, over the start of Node, which gives it back by reading the file once more. */
const PLACE = `
# Of those whose bytes no receiver counts yet there are few; the others wait for one of them, and then for Node.
sub takePlace {
  open $state, "+<", "$told[0]/${STATE_NAME}" or return 0;
  flock $state, ${SHARED_LOCK | NO_WAIT};
  for (1 .. ${PLACE_LOOKS}) {
    for my $place (0 .. ${PLACES - 1}) {
      return 1 if setLock(${WRITE_LOCK}, $place, 1);
    }
    select undef, undef, undef, ${PLACE_SECONDS};
  }
  flock $state, ${UNLOCK};
  return 0;
}

sub leavePlace {
  setLock(${NO_LOCK}, 0, ${PLACES});
}

sub setLock {
  my ($kind, $from, $count) = @_;
  my $lock = pack "s2 x4 q2 i x4", $kind, 0, $from, $count, 0;
  return fcntl $state, ${SET_LOCK}, $lock;
}
`

const newMemory = (calls: Calls): string => `
sub newMemory {
  for my $flags (${NOEXEC_SEAL}, 0) {
    my $made = syscall ${calls.memfdCreate}, my $name = "core", $flags;
    return $made if $made >= 0 && open $memory, "+<&=", $made;
  }
  return undef;
}
`

const letGo = (manner: Manner): string => `
# The process is gone. The start of Node takes longer than others that crash at the same time are read in.
sub letGo {
  $isAll = 1;
  open STDIN, "<", "/dev/null";
  setpriority 0, 0, ${manner.niceAfter} if getpriority(0, 0) < ${manner.niceAfter};
  flock $state, ${UNLOCK};
  countRead();
  leavePlace() if defined $entry;
  my $isAdmitted = defined $entry && isAdmitted();
  local $SIG{ALRM} = sub { die };
  eval { alarm ${OTHERS_SECONDS}; flock $state, ${OWN_LOCK} };
  alarm 0;
  flock $state, ${UNLOCK};
  awaitTurn() if $isAdmitted;
}
`

const SIZE = `
# Where the core ends, as its last program header has it; 0 where that is not there yet, 1 where it is no such file.
sub sizeToldByHeaders {
  return 0 if $done < 64;
  my $head = bytesAt(0, 64);
  return 1 if substr($head, 0, 6) ne "\\x7fELF\\2\\1";
  my ($at, $count) = unpack "x32 Q< x16 S<", $head;
  my $last = $at + 56 * ($count - 1);
  return 0 if $last + 56 > $done;
  my ($offset, $length) = unpack "x8 Q< x16 Q<", bytesAt($last, 56);
  return $offset + $length;
}

sub bytesAt {
  my ($at, $length) = @_;
  sysseek $memory, $at, 0;
  sysread $memory, my $bytes, $length;
  sysseek $memory, $done, 0;
  return $bytes;
}
`

const time = (calls: Calls): string => `
sub milliseconds {
  syscall ${calls.clockGetTime}, ${MONOTONIC}, my $time = "." x 16;
  my ($seconds, $nanoseconds) = unpack "q2", $time;
  return int($seconds * 1e3 + $nanoseconds / 1e6);
}
`
