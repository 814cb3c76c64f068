/** Verifiers in other languages, from Debian's packages. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { remembered } from '@mintmark/core'
import { programFile, programTarget } from '../program_target.ts'
import type { FaultName, Specimen } from '../specimen.ts'
import { debian } from '../versions.ts'

const FAULTS: readonly FaultName[] = ['kid', 'retired', 'issuer', 'audience', 'expiry', 'type']
const JOSE4J = '/usr/share/java/jose4j.jar:/usr/share/java/slf4j-api.jar'

export const pyjwt: Specimen = {
  name: 'PyJWT',
  versions: debian('python3-jwt'),
  boundBy: 'the caller, by the key of PyJWKClient; typ and crit: the header',
  leaves: {
    'exp-text': 'int() reads digits in a text',
    'nbf-text': 'int() reads digits in a text',
  },
  open: (place, way) =>
    programTarget(['/usr/bin/python3', programFile('pyjwt_verifier.py')], place, way),
  faults: [...FAULTS, 'none'],
  caches: [{ setting: 'lifespan 2', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 }],
}

export const jose4j: Specimen = {
  name: 'jose4j (Java)',
  versions: debian('libjose4j-java'),
  boundBy: 'VerificationKeyResolver',
  leaves: { 'crit-empty': 'an empty list is taken for none' },
  open: (place, way) =>
    programTarget(['java', '-cp', JOSE4J, programFile('Jose4jVerifier.java')], place, way),
  faults: FAULTS,
  caches: [
    { setting: 'defaultCacheDuration 2', way: { cacheS: 2 }, reachableS: 2, unreachableS: 2 },
  ],
}

const run = promisify(execFile)

/** Builds a program of both Go libraries once, without standing in the way of the issuers of this process. */
const built = remembered(async (source: string): Promise<string> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-go-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const program = path.join(folder, 'verifier')
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' }
  await run('go', ['build', '-o', program, programFile(source)], { env })
  return program
}, 1)

const go =
  (library: 'golang-jwt' | 'go-jose'): Specimen['open'] =>
  async (place, way) =>
    await programTarget([await built('go_verifier.go'), library], place, way)

export const golangJwt: Specimen = {
  name: 'golang-jwt (Go)',
  versions: debian('golang-github-golang-jwt-jwt-v5-dev'),
  boundBy: 'Keyfunc; typ and crit: the same',
  open: go('golang-jwt'),
  faults: FAULTS,
}

export const goJose: Specimen = {
  name: 'go-jose (Go)',
  versions: debian('golang-github-go-jose-go-jose.v3-dev'),
  boundBy: 'the caller, before Claims; alg and typ: the same',
  leaves: {
    'crit-empty': 'an empty list is taken for none',
    'json-form': 'ParseSigned takes it too',
  },
  open: go('go-jose'),
  faults: FAULTS,
}
