/** PyCryptodome, whose numbers are GMP's or CPython's own. */
import { describe } from 'node:test'
import { missingInPython, PYTHON, sourceOf } from './process/programs.ts'
import {
  startMasked,
  startVictim,
  unmaskedBytes,
  unmaskedNumber,
} from './process/victim_process.ts'
import { ed25519Truth, p256Truth } from './truth/curve_truth.ts'
import { ed25519Of, freshP256, p256Of, pemFile } from './truth/key_files.ts'
import { BESIDE, type Started, testVictim } from './victim_test.ts'

const needs = [PYTHON, () => missingInPython('Cryptodome')]
const program = sourceOf('pycryptodome_key.py')

async function startMade(backend: string, curve: string): Promise<Started> {
  const { victim, masked } = await startMasked(PYTHON, [program, backend, curve])
  const [text = ''] = masked
  const truth =
    curve === 'P-256'
      ? p256Truth(p256Of(unmaskedNumber(text)))
      : ed25519Truth(ed25519Of(unmaskedBytes(text)))
  return { victim, truths: [truth] }
}

async function startRead(backend: string): Promise<Started> {
  const key = freshP256()
  const args = [program, backend, 'P-256', pemFile(`pycryptodome-${backend}`, key)]
  return { victim: await startVictim(PYTHON, args, /ready/), truths: [p256Truth(key)] }
}

describe('PyCryptodome', { concurrency: BESIDE }, () => {
  for (const { backend, encodings, scalar } of [
    { backend: 'gmp', encodings: ['d le'], scalar: 'scalar be' },
    { backend: 'custom', encodings: ['d digits-30'], scalar: 'scalar digits digits-30' },
    { backend: 'native', encodings: ['d digits-30'], scalar: 'scalar digits digits-30' },
  ]) {
    testVictim({
      name: `P-256 that was made, numbers: ${backend}`,
      needs,
      encodings,
      isHarvestable: false,
      start: () => startMade(backend, 'P-256'),
    })
    testVictim({
      name: `P-256 that was read, numbers: ${backend}`,
      needs,
      encodings,
      isHarvestable: false,
      start: () => startRead(backend),
    })
    testVictim({
      name: `Ed25519, numbers: ${backend}`,
      needs,
      encodings: ['seed be', 'right be', scalar],
      isHarvestable: false,
      start: () => startMade(backend, 'Ed25519'),
    })
  }
})
