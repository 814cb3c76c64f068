/**
 * How right `investigate` is: the replayed incident against its truth, and a real tenant's log where it is at hand.
 * The built command is run as a user runs it; what is compared is what it printed. Ends with exit code 1 where the
 * answer to the replay is wrong.
 * Usage: node bench/src/answer.bench.ts [--seed N] [--scale X] [--real FOLDER]. FOLDER has the audit log of
 * invictus-ir/o365_dataset (`../shared/data/invictus` if not given). `BENCH_TINY=1` takes a small replay, and no
 * real tenant: a test has that (tests/e2e/src/real_tenant.test.ts).
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { askedOfRealTenant } from './parts/real_tenant_answer.ts'
import { comparedWithTruth } from './parts/replay_answer.ts'

const HOME = fileURLToPath(new URL('../../', import.meta.url))
const IS_TINY = process.env['BENCH_TINY'] !== undefined

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    scale: { type: 'string', default: IS_TINY ? '0.01' : '1' },
    real: { type: 'string', default: path.join(HOME, '../shared/data/invictus') },
  },
})
const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-bench-'))
try {
  const replay = await comparedWithTruth(folder, [
    ...(values.seed === undefined ? [] : ['--seed', values.seed]),
    '--scale',
    values.scale,
  ])
  for (const line of replay.lines) console.log(line)
  if (!replay.isRight) process.exitCode = 1
  if (IS_TINY) console.log('left out: the real tenant')
  else if (existsSync(values.real))
    for (const line of await askedOfRealTenant(folder, values.real)) console.log(line)
  else console.log('skipped: the real tenant is not at hand')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
