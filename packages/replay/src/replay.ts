/** The incident again. One seed and scale give the same bytes, save the core of a real process. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { MintmarkError, makeFolder } from '@mintmark/core'
import { DUMP, ENGINEER } from './activity/provider.ts'
import { crashWith } from './signing/crash.ts'
import { signingKeys } from './signing/signing_keys.ts'
import { type TenantCounts, TenantLogs } from './tenant_logs.ts'
import { BLOCKED_MS, isoMs, PROVIDER_WINDOW, WINDOW } from './world/calendar.ts'
import { EAST_ASIA, EUROPE, STATE } from './world/organisations.ts'
import { attempt, TextFile } from './world/text_file.ts'
import { Truth, type TruthSums } from './world/truth.ts'
import { type Organisation, World } from './world/world.ts'

interface ReplayOptions {
  readonly out: string
  readonly seed: number
  /** 1 is about 100,000 accesses and 250,000 issuances; only ordinary life is scaled. */
  readonly scale: number
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

interface ReplaySummary {
  readonly logs: string
  readonly truth: string
  readonly organisations: number
  readonly accesses: number
  readonly issuances: number
  readonly forged: TruthSums['forged']
  readonly dump: string | undefined
  readonly dumpLacks: string | undefined
}

const existsAlready = (path: string): string => `${path} exists already: give another --out`

const ROUND_MS = 50

/**
 * `logs` and `truth.json` are there only when whole; a failed run leaves `logs.partial`.
 * @throws {MintmarkError} `OUTPUT_UNWRITABLE`, `DISK_FULL`; {RangeError} for a bad seed or scale
 */
export async function replayStorm0558(options: ReplayOptions): Promise<ReplaySummary> {
  const { out, seed, scale } = options
  const world = new World(seed, scale)
  const paths = {
    logs: join(out, 'logs'),
    partial: join(out, 'logs.partial'),
    truth: join(out, 'truth.json'),
    accesses: join(out, 'truth-accesses.ndjson'),
  }
  for (const path of [paths.logs, paths.truth])
    if (existsSync(path))
      throw new MintmarkError('OUTPUT_UNWRITABLE', existsAlready(path), { path })
  attempt(out, () => {
    rmSync(paths.partial, { recursive: true, force: true })
    rmSync(paths.accesses, { force: true })
    makeFolder(paths.partial)
  })
  const lines = new TextFile(paths.accesses)
  const truth = new Truth(lines)
  const counts = await writeTenants(world, paths.partial, truth, lines, options)
  lines.close()
  const link = await writeFirstLink(world, paths.partial)
  const document = truthDocument(world, truth, counts, link)
  attempt(out, () => {
    renameSync(paths.partial, paths.logs)
    writeFileSync(paths.truth, `${JSON.stringify(document, undefined, 2)}\n`, { flag: 'wx' })
  })
  return {
    logs: paths.logs,
    truth: paths.truth,
    organisations: world.organisations.length,
    accesses: document.ordinary.accesses,
    issuances: document.ordinary.issuances,
    forged: document.forged,
    dump: link.dump === undefined ? undefined : join(paths.logs, link.dump),
    dumpLacks: link.dumpLacks,
  }
}

type FirstLink = Awaited<ReturnType<typeof writeFirstLink>>

/** The provider's published keys and a core. A core that cannot be had is no error. */
async function writeFirstLink({ seed, provider }: World, logs: string) {
  const { leaked, jwks } = signingKeys(seed)
  const list = join(logs, folderOf(provider), 'discovery-keys.json')
  attempt(list, () =>
    writeFileSync(list, `${JSON.stringify(jwks, undefined, 2)}\n`, { flag: 'wx' }),
  )
  const dump = `dumps/${DUMP.name}`
  const dumpLacks = await crashWith(leaked.privateKey, leaked.published.kid, join(logs, dump))
  return { key: leaked.published, dump: dumpLacks === undefined ? dump : undefined, dumpLacks }
}

const folderOf = (of: Organisation): string =>
  `${String(of.index + 1).padStart(2, '0')}-${of.domain.split('.')[0]}`

async function writeTenants(
  world: World,
  folder: string,
  truth: Truth,
  lines: TextFile,
  { onProgress }: ReplayOptions,
): Promise<Map<Organisation, TenantCounts>> {
  const tenants = [...world.organisations, world.provider]
  const counts = new Map<Organisation, TenantCounts>()
  let restedAt = performance.now()
  let done = 0
  let total = 0
  for (const of of tenants) {
    const logs = new TenantLogs(world, of, join(folder, folderOf(of)), truth)
    if (total === 0) total = logs.days().length * tenants.length
    try {
      for (const dayMs of logs.days()) {
        logs.day(dayMs)
        done++
        if (performance.now() - restedAt < ROUND_MS) continue
        onProgress?.({ done: Math.min(done, total), total })
        // Days must follow each other: the files are written in their order.
        // oxlint-disable-next-line no-await-in-loop
        await setImmediate()
        restedAt = performance.now()
      }
      logs.close()
    } catch (error) {
      logs.abandon()
      lines.abandon()
      throw error
    }
    counts.set(of, logs.counts)
  }
  onProgress?.({ done: total, total })
  return counts
}

function truthDocument(
  world: World,
  truth: Truth,
  counts: ReadonlyMap<Organisation, TenantCounts>,
  link: FirstLink,
) {
  const sums = truth.sums()
  const add = (name: keyof TenantCounts) =>
    [...counts.values()].reduce((sum, each) => sum + each[name], 0)
  return {
    schema: 'mintmark-replay-truth/1',
    incident: 'storm-0558',
    seed: world.seed,
    scale: world.scale,
    window: { from: isoMs(WINDOW.fromMs), to: isoMs(WINDOW.toMs), blocked: isoMs(BLOCKED_MS) },
    organisations: world.organisations.map((of) => describe(of, truth, counts)),
    state: stateTruth(world, truth, sums),
    forged: sums.forged,
    classes: sums.classes,
    accounts: sums.accounts,
    misGranted: sums.misGranted,
    falsePositives: sums.falsePositives,
    provider: providerTruth(world, counts, link),
    ordinary: {
      accesses: add('accesses'),
      issuances: add('issuances'),
      people: world.organisations.reduce((sum, { headcount }) => sum + headcount, 0),
      truncatedRows: add('truncated'),
      duplicateRows: add('duplicates'),
    },
    accessLines:
      'truth-accesses.ndjson: every access of the attacker and every false-positive case; an access without a line is ordinary and issued',
  }
}

function describe(of: Organisation, truth: Truth, counts: ReadonlyMap<Organisation, TenantCounts>) {
  return {
    name: of.name,
    tenant: of.tenant,
    domain: of.domain,
    audit: of.audit,
    signIns: of.signIns,
    owaAuthSupplied: of.owaAuth,
    habits: of.habits,
    mailboxes: of.thefts.length,
    messages: truth.organisationMessages(of),
    ...counts.get(of),
  }
}

function stateTruth(world: World, truth: Truth, sums: TruthSums) {
  const state = world.organisations[0]
  const accounts = sums.accounts.filter(({ organisation }) => organisation === STATE)
  const messages = state === undefined ? 0 : truth.organisationMessages(state)
  return {
    organisation: STATE,
    tenant: state?.tenant ?? '',
    mailboxes: accounts.map(({ mailbox }) => mailbox),
    messages,
    // No message was in two of these mailboxes, so there are as many copies.
    copies: accounts.reduce((sum, account) => sum + account.messages, 0),
    groups: [EAST_ASIA, EUROPE].map((name) => {
      const members = accounts.filter(({ group }) => group === name)
      return {
        name,
        mailboxes: members.length,
        messages: members.reduce((sum, account) => sum + account.messages, 0),
      }
    }),
  }
}

function providerTruth(
  world: World,
  counts: ReadonlyMap<Organisation, TenantCounts>,
  { key, dump }: FirstLink,
) {
  const { provider } = world
  return {
    name: provider.name,
    tenant: provider.tenant,
    countedAmongTheOrganisations: false,
    window: { from: isoMs(PROVIDER_WINDOW.fromMs), to: isoMs(PROVIDER_WINDOW.toMs) },
    engineer: world.person(provider, ENGINEER).upn,
    artefact: { name: DUMP.name, site: DUMP.site, file: dump ?? null },
    key: {
      kid: key.kid,
      spkiSha256: key.spkiSha256,
      subject: key.subject,
      notAfter: isoMs(key.notAfterMs),
    },
    class: 'replayed',
    ...counts.get(provider),
  }
}
