/** Erlang/OTP, whose machine keeps numbers as digits of 64 bits behind a header on the heap of a process. */
import { describe } from 'node:test'
import { missingInErlang, sourceOf } from './process/programs.ts'
import {
  FOLDER,
  ran,
  startMasked,
  unmaskedBytes,
  unmaskedNumber,
} from './process/victim_process.ts'
import { ed25519Truth, p256Truth } from './truth/curve_truth.ts'
import { numberOf } from './truth/encodings.ts'
import { ed25519Of, p256Of } from './truth/key_files.ts'
import { rsaTruthOfPrimes } from './truth/rsa_truth.ts'
import { BESIDE, type Started, testVictim } from './victim_test.ts'

/** One thread that runs processes, and the room for compiled code mapped once: the core is a third smaller. */
const SMALL = ['+S', '1:1', '+JMsingle', 'true']
let isBuilt = false

async function start(kind: string): Promise<Started> {
  if (!isBuilt) ran('erlc', ['-o', FOLDER, sourceOf('sign.erl')])
  isBuilt = true
  const options = [...SMALL, '-noshell', '-noinput', '-pa', FOLDER, '-s', 'sign', 'main', kind]
  const { victim, masked } = await startMasked('erl', options)
  if (kind.startsWith('ed25519')) {
    const seed = unmaskedBytes(masked[0] ?? '')
    return { victim, truths: [ed25519Truth(ed25519Of(seed))] }
  }
  const isNumber = kind === 'ec_integer' || kind === 'rsa_record'
  const [first = 0n, second] = masked.map((text) =>
    isNumber ? unmaskedNumber(text) : numberOf(unmaskedBytes(text)),
  )
  const truth = second === undefined ? p256Truth(p256Of(first)) : rsaTruthOfPrimes(first, second)
  return { victim, truths: [truth] }
}

describe('Erlang', { concurrency: BESIDE }, () => {
  for (const { kind, encodings } of [
    { kind: 'ec_integer', encodings: ['d le'] },
    { kind: 'ec_record', encodings: ['d be'] },
    { kind: 'ed25519_binary', encodings: ['seed be'] },
    { kind: 'rsa_record', encodings: ['p le', 'd le'] },
  ])
    testVictim({
      name: kind,
      needs: ['erlc', 'erl', missingInErlang],
      encodings,
      isHarvestable: false,
      start: () => start(kind),
    })
})
