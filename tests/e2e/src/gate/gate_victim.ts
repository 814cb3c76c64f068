/** A process that holds a key and crashes, and the truth about the key, which no file ever holds. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAgain } from '@mintmark/testkit'

/** Reads blobs (a u32 length in front of each) into memory of its own, and crashes once its input ends. */
const PROGRAM = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static unsigned char *blobs[64];
static int read_all(unsigned char *to, uint32_t length) {
  for (uint32_t done = 0; done < length;) {
    ssize_t count = read(0, to + done, length - done);
    if (count <= 0) return 0;
    done += (uint32_t)count;
  }
  return 1;
}
static void crash_here(volatile int *nowhere) { *nowhere = 7; }
int main(void) {
  uint32_t length;
  for (int i = 0; i < 64 && read_all((unsigned char *)&length, 4) && length > 0; i++) {
    blobs[i] = malloc(length);
    if (!blobs[i] || !read_all(blobs[i], length)) return 2;
  }
  puts("holds");
  fflush(stdout);
  while (getchar() != EOF) {}
  crash_here(NULL);
  return 3;
}
`

/** @returns why it cannot be had, where it cannot */
export function buildVictim(folder: string): { program: string } | { missing: string } {
  const program = join(folder, 'victim')
  writeFileSync(`${program}.c`, PROGRAM)
  try {
    execFileSync('gcc', ['-O0', '-g', '-o', program, `${program}.c`], { stdio: 'pipe' })
    return { program }
  } catch {
    return { missing: 'there is no gcc' }
  }
}

export interface TestKey {
  /** What the victim is given: spellings of the private key, and the public one. */
  readonly blobs: readonly Buffer[]
  /** Its numbers as OpenSSL has them, and nothing that identifies their key. */
  readonly bareBlobs: readonly Buffer[]
  readonly publicPem: string
  /** The private key as PKCS #8. */
  readonly pem: string
  /** Pieces of the private key, none of which may be left anywhere. */
  readonly pieces: readonly Buffer[]
}

const PIECE_BYTES = 16

/** A new RSA key, whole and as bare numbers. */
export function testKey(): TestKey {
  const { privateKey, publicKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const jwk = privateKey.export({ format: 'jwk' })
  const numbers = [jwk.p, jwk.q, jwk.d, jwk.dp, jwk.dq, jwk.qi].map((text) =>
    Buffer.from(text ?? '', 'base64url'),
  )
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const lines = String(pem).split('\n').slice(1, -2)
  const bare = numbers.flatMap((number) => [number, Buffer.from(number.toReversed())])
  const spellings = bare.flatMap((bytes) => [bytes, Buffer.from(bytes.toString('hex'))])
  const pieces = spellings.flatMap(piecesOf)
  return {
    bareBlobs: numbers.map((number) => Buffer.from(number.toReversed())),
    blobs: [
      ...spellings,
      privateKey.export({ type: 'pkcs1', format: 'der' }),
      Buffer.from(pem),
      publicKey.export({ type: 'spki', format: 'der' }),
    ],
    pem: String(pem),
    publicPem: String(publicKey.export({ type: 'spki', format: 'pem' })),
    // The first eight lines hold the public half, and a bit of d.
    pieces: [...pieces, ...lines.slice(8, -1).map((line) => Buffer.from(line).subarray(8, 56))],
  }
}

const piecesOf = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.floor(bytes.length / PIECE_BYTES) }, (_, i) =>
    bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES),
  )

/** How many pieces of the key are in these bytes. */
export function countPieces(key: TestKey, bytes: Buffer): number {
  return key.pieces.filter((piece) => bytes.includes(piece)).length
}

/** A victim that holds the key; it crashes once its input is ended. */
export async function startVictim(
  program: string,
  blobs: readonly Buffer[],
): Promise<ChildProcess> {
  // As a process has it that wants a core.
  const child = spawn('/bin/sh', ['-c', 'ulimit -c unlimited; exec "$0"', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  for (const blob of blobs) {
    const length = Buffer.alloc(4)
    length.writeUInt32LE(blob.length)
    child.stdin.write(Buffer.concat([length, blob]))
  }
  child.stdin.write(Buffer.alloc(4))
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.once('exit', () => reject(new Error('the victim ended before it held the key')))
  })
  return child
}
