/**
 * Commands that touch no case load none of it: the engine alone takes a third of a second. Those that read evidence in load
 * what searches dumps once there is one.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

/** Every module that loading one loads, as far as it is of this project. */
function loadedWith(url: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(url)) return seen
  seen.add(url)
  const text = readFileSync(fileURLToPath(url), 'utf8')
  for (const [, name = ''] of text.matchAll(/^(?:import|export|\}) .*?from '([^']+)'/gm)) {
    if (name.startsWith('.')) loadedWith(new URL(name, url).href, seen)
    if (name.startsWith('@mintmark/')) loadedWith(import.meta.resolve(name), seen)
  }
  return seen
}

const loads = (command: string, part: string): boolean =>
  [...loadedWith(import.meta.resolve(`../src/commands/${command}.js`))].some((url) =>
    url.includes(part),
  )
const loadsCase = (command: string): boolean => loads(command, '/packages/case/')

describe('loads nothing of a case:', () => {
  for (const command of ['scan', 'scrub', 'gate_receive', 'guard_serve', 'ledger_serve']) {
    it(command, () => assert.equal(loadsCase(command), false))
  }
  it('unlike what works on one', () => assert.equal(loadsCase('investigate'), true))
})

describe('loads no search of dumps:', () => {
  for (const command of ['ingest', 'investigate', 'scope'])
    it(command, () => assert.equal(loads(command, '/packages/scan/dist/src/scan_'), false))
  it('unlike what searches one', () =>
    assert.equal(loads('scrub', '/packages/scan/dist/src/scan_'), true))
})
