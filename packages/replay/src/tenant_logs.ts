/** One tenant, day by day: at most {@link BLOCK} people are in memory, whatever the scale. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { Attack } from './activity/attack.ts'
import { loseSignIns, plantFalsePositives } from './activity/false_positives.ts'
import { misuseGrants } from './activity/grants.ts'
import { stsLogon } from './activity/issuance_records.ts'
import { livePersonDay } from './activity/life.ts'
import { exportFalsePositive, withNoise } from './activity/log_noise.ts'
import { debugDay, replayDay } from './activity/provider.ts'
import { liveServices } from './activity/services.ts'
import { AuditFiles } from './files/audit_files.ts'
import { writeKeycloak } from './files/keycloak.ts'
import {
  writeCalls,
  writeDirectory,
  writeExtractorLog,
  writeInventory,
} from './files/side_files.ts'
import { writeSignIns } from './files/sign_in_files.ts'
import { DAY, daysOf, GAP, isWithin, PROVIDER_WINDOW, type Span, WINDOW } from './world/calendar.ts'
import {
  ATTACKERS,
  type AuditRecord,
  type FalsePositive,
  Happenings,
  issuedFalsePositive,
} from './world/events.ts'
import { FramedFiles } from './world/framed_files.ts'
import type { Habit } from './world/organisations.ts'
import { attempt } from './world/text_file.ts'
import type { Truth } from './world/truth.ts'
import type { Organisation, World } from './world/world.ts'

const BLOCK = 2000
const STREAM = 0x74656e61

export interface TenantCounts {
  accesses: number
  issuances: number
  truncated: number
  duplicates: number
}

export class TenantLogs {
  readonly counts: TenantCounts = { accesses: 0, issuances: 0, truncated: 0, duplicates: 0 }
  readonly #world: World
  readonly #of: Organisation
  readonly #truth: Truth
  readonly #folder: string
  readonly #window: Span
  readonly #attack: Attack
  readonly #audits: AuditFiles
  readonly #files: FramedFiles
  #later: AuditRecord[] = []
  readonly #lost = new Map<string, FalsePositive>()

  constructor(world: World, of: Organisation, folder: string, truth: Truth) {
    this.#world = world
    this.#of = of
    this.#truth = truth
    this.#folder = folder
    this.#window = of === world.provider ? PROVIDER_WINDOW : WINDOW
    this.#attack = new Attack(world, of, truth)
    this.#audits = new AuditFiles(of, folder)
    this.#files = new FramedFiles(folder)
  }

  days(): readonly number[] {
    return daysOf(this.#window)
  }

  day(dayMs: number): void {
    for (let first = 0; first < this.#of.headcount; first += BLOCK) {
      const into = new Happenings()
      if (first === 0) this.#special(dayMs, into)
      const end = Math.min(first + BLOCK, this.#of.headcount)
      for (let index = first; index < end; index++)
        livePersonDay(this.#world, this.#of, this.#world.person(this.#of, index), dayMs, into)
      this.#write(dayMs, first, into)
    }
  }

  #special(dayMs: number, into: Happenings): void {
    const [world, of, truth] = [this.#world, this.#of, this.#truth]
    const day = { world, of, dayMs, into, truth }
    if (of === world.provider) {
      replayDay(day)
      debugDay(day)
      return
    }
    this.#attack.day(dayMs, into)
    liveServices(day)
    misuseGrants(day)
    plantFalsePositives(day)
  }

  #write(dayMs: number, block: number, into: Happenings): void {
    const signIns = loseSignIns(this.#of, into, this.#lost)
      .filter(({ token }) => this.#covers(token.atMs))
      .toSorted((one, other) => one.token.atMs - other.token.atMs)
    if (this.#has('sts-logons'))
      for (const signIn of signIns)
        if (signIn.category === 'interactive') into.audits.push(stsLogon(signIn))
    this.counts.issuances += writeSignIns(this.#files, this.#of, signIns)
    this.#writeAudits(dayMs, block, into.audits)
    const calls = into.calls
      .filter(({ atMs }) => this.#covers(atMs))
      .toSorted((one, other) => one.atMs - other.atMs)
    for (const call of calls)
      if (call.falsePositive !== undefined && call.falsePositive !== ATTACKERS)
        this.#truth.falsePositive(this.#of, call, call.falsePositive)
    writeCalls(this.#files, this.#of, calls)
    this.counts.accesses += calls.length
  }

  #writeAudits(dayMs: number, block: number, audits: readonly AuditRecord[]): void {
    const random = this.#world.random(STREAM, this.#of.index, dayMs / DAY, block)
    const written: AuditRecord[] = []
    for (const plain of audits) {
      const record = withNoise(this.#of, plain, random)
      if (this.#isExported(record)) written.push(this.#labelled(record))
    }
    if (block === 0 && this.#has('id-conflict') && (dayMs / DAY) % 14 === 3)
      written.push(...conflict(written))
    const due = [...this.#later, ...written]
    const untilMs = dayMs + DAY
    this.#later = due.filter(({ deliveredMs }) => deliveredMs >= untilMs)
    const now = due.filter(({ deliveredMs }) => deliveredMs < untilMs)
    this.#deliver(now)
  }

  #isExported(record: AuditRecord): boolean {
    if (!this.#covers(record.atMs) || record.deliveredMs >= this.#window.toMs) return false
    if (this.#has('extractor-gap') && isWithin(GAP, record.atMs)) return false
    return this.#attack.isLogged(record)
  }

  #labelled(record: AuditRecord): AuditRecord {
    if (record.falsePositive === ATTACKERS) return record
    const lost = record.token === undefined ? undefined : this.#lost.get(record.token.spelled)
    const falsePositive =
      lost ??
      exportFalsePositive(this.#of, this.#window, record.token, record.atMs) ??
      record.falsePositive
    return falsePositive === record.falsePositive ? record : { ...record, falsePositive }
  }

  #count(record: AuditRecord): void {
    this.counts.duplicates += record.copies - 1
    if (record.recordType === 15 || record.recordType === 275) this.counts.issuances++
    else if (record.cut) this.counts.truncated++
    else this.counts.accesses++
    if (record.cut || record.falsePositive === ATTACKERS) return
    const falsePositive = record.falsePositive ?? copiedFalsePositive(record)
    if (falsePositive !== undefined) this.#truth.falsePositive(this.#of, record, falsePositive)
  }

  #covers(atMs: number): boolean {
    return isWithin(this.#window, atMs)
  }

  #has(habit: Habit): boolean {
    return this.#of.habits.includes(habit)
  }

  close(): void {
    const [world, of, folder] = [this.#world, this.#of, this.#folder]
    this.#deliver(this.#later)
    this.#files.close()
    for (const record of this.#audits.cappedRecords()) this.#count(record)
    const [first] = this.#audits.close(this.#has('next-link'))
    writeDirectory(world, of, folder)
    if (of.thefts.some(({ also }) => also === 'sync')) writeInventory(world, of, folder)
    if (this.#has('extractor-gap')) writeExtractorLog(folder)
    if (this.#has('keycloak')) {
      const made = writeKeycloak(world, of, folder, this.#truth)
      this.counts.accesses += made.accesses
      this.counts.issuances += made.issuances
    }
    if (this.#has('same-file-twice') && first !== undefined) {
      const copy = join(folder, 'AuditLog-again.csv')
      attempt(copy, () => copyFileSync(join(folder, first), copy))
    }
  }

  #deliver(records: readonly AuditRecord[]): void {
    const sorted = records.toSorted((one, other) => one.deliveredMs - other.deliveredMs)
    // Only the end of a capped search shows which records the export has.
    if (!this.#has('row-cap')) for (const record of sorted) this.#count(record)
    this.#audits.write(sorted)
  }

  abandon(): void {
    this.#audits.abandon()
    this.#files.abandon()
  }
}

/** A record that comes more than once, or late, is a false-positive case of counting and of order. */
function copiedFalsePositive(record: AuditRecord): FalsePositive | undefined {
  if (record.token === undefined) return undefined
  if (record.copies > 1) return issuedFalsePositive('duplicate-rows')
  return record.deliveredMs > record.atMs ? issuedFalsePositive('late-rows') : undefined
}

function conflict(records: readonly AuditRecord[]): AuditRecord[] {
  const record = records.find(
    ({ mail, falsePositive }) => mail?.accessType === 'Bind' && falsePositive === undefined,
  )
  if (record === undefined) return []
  return [{ ...record, ip: '198.19.254.20', falsePositive: issuedFalsePositive('id-conflict') }]
}
