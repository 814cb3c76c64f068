/**
 * Blocks of zeros of a large core take no memory before Node is started: a part of the program that `early_reader.ts`
 * gives to perl.
 *
 * Source: fallocate(2), pread(2).
 *
 * @module
 */
import { type Calls, INTERRUPTED } from './early_calls.ts'
import { BLOCK_BYTES } from './hold_layout.ts'

/** As a program that aborts for want of it. */
const OUT_OF_MEMORY = 134
const PROBE_BYTES = 64
/** `FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE` of fallocate(2). */
const PUNCH_HOLE = 3

/**
 * Defines `giveZerosBack()` and `takeZeros()`, of what is read, `$done` bytes of it, into `$memory`; `$zeros` counts the
 * bytes that take none.
 *
 * A probe in the middle of each block tells nearly all that hold data: reading them whole would take a tenth longer.
 */
export const earlyZeros = (calls: Calls): string => `
# Of what is counted, blocks of zeros take no room; where that cannot be, they do. Tells whether such a one was the last.
sub giveZerosBack {
  my $before = $zeros;
  for (; $looked + ${BLOCK_BYTES} <= $done; $looked += ${BLOCK_BYTES}) {
    next if !isZeros(${PROBE_BYTES}, $looked + ${BLOCK_BYTES / 2}) || !isZeros(${BLOCK_BYTES}, $looked);
    if (syscall ${calls.fallocate}, $file, ${PUNCH_HOLE}, $looked, ${BLOCK_BYTES}) { $looked = 2 ** 62 }
    else { $lastZeros = $looked; $zeros += ${BLOCK_BYTES} }
  }
  return $zeros > $before && $done == $looked && $lastZeros + ${BLOCK_BYTES} == $done;
}

# Behind zeros more of them are likely: read, they take no memory at all. What is none is written as it is.
sub takeZeros {
  while ($done < $end) {
    my $bytes = "";
    while (length $bytes < ${BLOCK_BYTES}) {
      my $count = sysread STDIN, $bytes, ${BLOCK_BYTES} - length $bytes, length $bytes;
      last if defined $count ? !$count : $! != ${INTERRUPTED};
    }
    $done += length $bytes;
    $took = milliseconds() - $began;
    if ($bytes ne ($blank{${BLOCK_BYTES}} //= "\\0" x ${BLOCK_BYTES})) {
      putBack($bytes);
      last;
    }
    $zeros += ${BLOCK_BYTES};
    $looked = $done;
  }
  truncate $memory, $done;
  sysseek $memory, $done, 0;
}

# What cannot be kept is lost: then there is no core.
sub putBack {
  my ($bytes) = @_;
  sysseek $memory, $done - length $bytes, 0;
  for (my $put = 0; $put < length $bytes;) {
    my $count = syswrite $memory, $bytes, length($bytes) - $put, $put;
    exit ${OUT_OF_MEMORY} if !defined $count && $! != ${INTERRUPTED};
    $put += $count // 0;
  }
}

sub isZeros {
  my ($length, $at) = @_;
  my $bytes = "." x $length;
  return $length == syscall(${calls.pread}, $file, $bytes, $length, $at) && $bytes eq ($blank{$length} //= "\\0" x $length);
}
`
