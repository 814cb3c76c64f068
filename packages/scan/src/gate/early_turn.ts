/**
 * Cores that were read as a whole wait for their turn before Node is started: a part of the program that
 * `early_reader.ts` gives to perl. A waiting one takes a few megabytes and what is held of it, where Node takes 50 more.
 *
 * In the order of `turn.ts`, which it leaves the turns themselves to: few are ahead of it once it goes on.
 *
 * @module
 */
import { READ, TICKET, WAITS } from './spool.ts'

/** Node is started for so many: two are scrubbed, and two more are ready for it. */
const MOST_AHEAD = 4
/** Those ahead hang where for so long none of them ends; in milliseconds, longer than a turn mostly lasts. */
const PATIENCE_MS = 900_000
/** Between two looks, for each that is ahead: in seconds. */
const LOOK_SECONDS = 0.1

/**
 * Defines `isAdmitted()`, of a core that was read and counted, which says so; and `awaitTurn()` of such a one. Needs what `early_share.ts` does, and `milliseconds()`.
 *
 * @param atOnce cores at work, half of them of one program: more are left to Node, which refuses them
 */
export const earlyTurn = (atOnce: number): string => `
sub awaitTurn {
  my ($last, $since) = ("", milliseconds());
  while ((my @ahead = grep { -e "$spool/$_/${READ}" } older()) >= ${MOST_AHEAD}) {
    my $now = join "/", @ahead;
    ($last, $since) = ($now, milliseconds()) if $now ne $last;
    last if milliseconds() - $since > ${PATIENCE_MS};
    select undef, undef, undef, ${LOOK_SECONDS} * @ahead;
  }
  unlink "$spool/$entry/${WAITS}";
}

sub isAdmitted {
  my ($alike) = $ticket =~ m{/(${TICKET}-[^/]*)$};
  my @older = older();
  return 0 if @older >= ${atOnce} || (grep { -e "$spool/$_/$alike" } @older) >= ${Math.ceil(atOnce / 2)};
  return note("${WAITS}") && note("${READ}");
}

# Those at work that were started before; of one moment, by their names.
sub older {
  opendir my $all, $spool or return ();
  my @marks = grep { $$_[0] < $start || ($$_[0] == $start && $$_[1] lt $entry) } map { markOf($_) } readdir $all;
  return map { $$_[1] } sort { $$a[0] <=> $$b[0] || $$a[1] cmp $$b[1] } @marks;
}
`
