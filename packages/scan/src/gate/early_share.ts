/**
 * What a core takes of the memory that all receivers share, before Node is started: a part of the program that
 * `early_reader.ts` gives to perl. It says it in the spool as `memory_pool.ts` does, in a folder that Node goes on with.
 *
 * Where it cannot tell how much that may be, in a control group for one, it takes nothing: Node reads a large core, and
 * counts a small one.
 *
 * @module
 */
import { BLOCK_BYTES, CHUNK_BYTES } from './hold_layout.ts'
import { AUTO_MOST, AUTO_PART, type MemoryBound } from './memory_pool.ts'
import { EARLY_SUFFIX, TICKET } from './spool.ts'

/**
 * Defines `shareOf(SIZE, ROOM)`, how much may be read of a core of that size: ROOM if no more than that, and
 * `$entry`, the name of the folder where it is said; `countRead()`, which says the same of a small one that was read;
 * and `markOf(NAME)` of such a folder. Needs `available()`, in bytes, `$spool`, `$done` and `@told`.
 *
 * @param mostBytes a core that is larger is left to Node, which refuses it
 */
export function earlyShare(bound: MemoryBound, mostBytes: number): string {
  const most =
    bound === 'auto'
      ? `my $most = int((available() + bytesHeld()) / ${AUTO_PART});
  return $most < ${AUTO_MOST} ? $most : ${AUTO_MOST};`
      : `return ${bound};`
  return `
sub mostHeld {
  ${most}
}

# Said first and counted then, as below.
sub countRead {
  return if defined $entry || $done > ${mostBytes} || !available() || isBounded() || !hasMark();
  dropEntry() if beginEntry($done + -$done % ${BLOCK_BYTES}) && bytesHeld() > mostHeld();
}

sub shareOf {
  my ($size, $room) = @_;
  return $room if $size > ${mostBytes} || !available() || isBounded() || !hasMark();
  $end = $size + ${CHUNK_BYTES};
  my $most = mostHeld();
  # One byte more is one that does not come: that is the end.
  my $wanted = $size < $most ? wholeChunks($size + ${CHUNK_BYTES}) : wholeChunks($most);
  $wanted = wholeChunks($most) if $wanted > $most;
  return $room if $wanted <= $room || !beginEntry($wanted);
  # Said first and counted then: two at one moment may both get less, and never too much.
  my $over = bytesHeld() - $most;
  $wanted = wholeChunks($wanted - $over) if $over > 0;
  return $wanted if $wanted > $room && truncate $ticket, $wanted;
  dropEntry();
  return $room;
}

sub wholeChunks {
  my $bytes = int $_[0];
  return $bytes - $bytes % ${CHUNK_BYTES};
}
${ENTRY}`
}

const ENTRY = `
# What the kernel calls is in no group.
sub isBounded {
  open my $groups, "<", "/proc/self/cgroup" or return 0;
  return scalar grep { /^\\d+:([^:]*,)?(memory(,[^:]*)?)?:\\/./ } <$groups>;
}

sub firstLine {
  open my $file, "<", $_[0] or return "";
  return scalar(<$file>) // "";
}

# As process_mark.ts has it: 0 of one that is gone.
sub startOf {
  my @fields = split " ", firstLine("/proc/$_[0]/stat") =~ s/.*\\)//sr;
  return @fields < 20 || $fields[0] =~ /[ZX]/ ? 0 : $fields[19];
}

sub hasMark {
  $boot = substr firstLine("/proc/sys/kernel/random/boot_id"), 0, 8;
  ($namespace) = (readlink("/proc/self/ns/pid") // "") =~ /(\\d+)/;
  $start = startOf($$);
  return $boot =~ /^\\w{8}$/ && $namespace && $start;
}

sub beginEntry {
  my ($bytes) = @_;
  my ($user, $name) = ($told[2] // "", join " ", @told[8 .. $#told]);
  utf8::decode($name);
  my $program = substr "$name-$user" =~ s/[^A-Za-z0-9_.-]/_/gr, 0, 64;
  $entry = ".unfinished-$boot-$namespace-$$-$start.${EARLY_SUFFIX}";
  $ticket = "$spool/$entry/${TICKET}-$program";
  if (mkdir "$spool/$entry", 0700) {
    return 1 if note("${TICKET}-$program") && truncate $ticket, $bytes;
    unlink $ticket;
    rmdir "$spool/$entry";
  }
  $entry = undef;
  return 0;
}

sub dropEntry {
  unlink $ticket;
  rmdir "$spool/$entry";
  $entry = undef;
}

# By the name of an empty file.
sub note {
  my $exclusive = 0301;
  return sysopen my $made, "$spool/$entry/$_[0]", $exclusive, 0600;
}

# When it was started, and its name; nothing of one that is gone.
sub markOf {
  my ($folder) = @_;
  return () if $folder !~ /^\\.unfinished-([0-9a-z]+)-(\\d+)-(\\d+)-(\\d+)\\.\\w{6}$/;
  return $1 ne $boot || ($2 eq $namespace && startOf($3) != $4) ? () : [$4, $folder];
}

sub bytesHeld {
  my $sum = 0;
  opendir my $all, $spool or return 2 ** 62;
  for my $folder (map { $$_[1] } map { markOf($_) } readdir $all) {
    opendir my $one, "$spool/$folder" or next;
    $sum += -s "$spool/$folder/$_" // 0 for grep { /^${TICKET}-/ } readdir $one;
  }
  return $sum;
}
`
