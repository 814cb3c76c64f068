/** What tests of notices ask of one. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Whom, whomOf } from '@mintmark/case'
import { noticeWorld, type Plan, type World } from './notice_world.ts'

/** Makes the world, and takes it away again. */
export async function within(
  plan: Plan,
  check: (world: World, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mintmark-notice-'))
  try {
    const world = await noticeWorld(folder, plan)
    try {
      await check(world, folder)
    } finally {
      await world.opened.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Every byte of a notice as text: lower-case, and the names of the files. */
export function wholeText(folder: string): string {
  const names = readdirSync(folder)
  return names
    .map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('\n')
    .toLowerCase()
}

export function leaksIn(text: string, { homes }: World, mine: (n: number) => boolean): string[] {
  const own = homes.flatMap((home, n) => (mine(n) ? [home] : []))
  const ownValues = new Set(
    own.flatMap(({ values, identity }) => [...values, ...identity]).map(folded),
  )
  const others = homes.filter((_, n) => !mine(n))
  const ownIdentity = new Set(own.flatMap(({ identity }) => identity).map(folded))
  const forbidden = [
    ...others.flatMap(({ identity }) => identity).filter((one) => !ownIdentity.has(folded(one))),
    // Short words, such as `Inbox`, belong to nobody.
    ...others
      .flatMap(({ values }) => values)
      .filter((one) => one.length > 11 && !ownValues.has(folded(one))),
  ]
  return [...new Set(forbidden.map(folded))].filter((one) => text.includes(one))
}

export const folded = (text: string): string => text.toLowerCase()

export const recipient = ({ answered }: World, name: string): Whom => {
  const [whom] = whomOf(answered.scope, name)
  assert.ok(whom !== undefined, name)
  return whom
}
