/** The core dump gate: install it, and receive cores by it. */
import { realpathSync } from 'node:fs'
import path from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'
import { type Json, MintmarkError, parseObject, safeText } from '@mintmark/core'
import * as coredump from '@mintmark/coredump'
import { type Call, type Handler, invalid, spelled } from '../../process/call.ts'
import { DONE, type ExitCode, exitCode, NOT_ANSWERED } from '../../process/exit_codes.ts'
import { stopSignal } from '../../process/stopping.ts'
import { plural } from '../../render/table.ts'

const RECEIVER = new URL('../../../bin/gate-receive.mjs', import.meta.url)

export const gateInstall: Handler = async (call) => {
  const folders = foldersOf(call)
  const settings: coredump.GateSettings = {
    spool: folderOption(call, 'spool'),
    limits: limitsOf(call),
    compression: compressionOf(call),
    ignoresLimits: call.flag('ignoreLimits'),
    acceptsCut: call.flag('acceptCut'),
    publicKeys: await storedKeysOf(call),
  }
  const receiver = realpathSync(fileURLToPath(RECEIVER))
  const { state, wasThere } = coredump.installGate(folders, settings, {
    node: process.execPath,
    receiver,
  })
  const text = () => installedText(state, wasThere)
  await call.print({ wasThere, ...state }, text, 2)
  return DONE
}

function installedText({ previous, settings }: Installed['state'], wasThere: boolean): string {
  const before =
    previous === undefined
      ? 'not known: "mintmark gate uninstall" will not restore it'
      : `${safeText(previous.pattern)}  ("mintmark gate uninstall" restores it)`
  return [
    wasThere
      ? 'Core dump gate: it was installed before; the new settings are in use.'
      : 'Core dump gate: installed.',
    `Cores are written to ${safeText(settings.spool)}, compressed by ${settings.compression}.`,
    `Previous core_pattern: ${before}`,
    'A reboot removes the gate: docs/gate.md has a unit for systemd.\n',
  ].join('\n')
}

type Installed = ReturnType<typeof coredump.installGate>

export const gateUninstall: Handler = async (call) => {
  const done = coredump.uninstallGate(foldersOf(call))
  await call.print(done, () => `${removalText(done)}\n`, 2)
  return DONE
}

function removalText({ outcome, kernel }: coredump.Uninstalled): string {
  const pattern = safeText(kernel.pattern)
  if (outcome === 'restored')
    return `Core dump gate: removed. kernel.core_pattern is again: ${pattern}`
  return outcome === 'other-handler'
    ? `Core dump gate: removed. Somebody changed kernel.core_pattern since; it is left: ${pattern}`
    : `Core dump gate: not installed. kernel.core_pattern is: ${pattern}`
}

export const gateStatusOf: Handler = async (call) => {
  const status = coredump.gateStatus(foldersOf(call))
  await call.print(publicPart(status), () => statusText(status), 2)
  return exitCode({ isFound: status.problems.length > 0, isWhole: true })
}

function publicPart({ state, ...rest }: coredump.GateStatus): object {
  if (state === undefined) return rest
  const { publicKeys, ...settings } = state.settings
  const counted = { ...settings, publicKeys: publicKeys.length }
  return { ...rest, settings: counted, expected: state.kernel, previous: state.previous }
}

function statusText({ isInstalled, kernel, state, spool, problems }: coredump.GateStatus): string {
  const lines = [
    isInstalled ? 'Core dump gate: installed.' : 'Core dump gate: not installed.',
    `kernel.core_pattern   ${safeText(kernel.pattern)}`,
  ]
  if (state?.previous !== undefined)
    lines.push(`previous              ${safeText(state.previous.pattern)}`)
  if (spool !== undefined) {
    lines.push(
      `spool                 ${safeText(spool.folder)}: ${plural(spool.cores, 'core')}, ` +
        `${plural(spool.withoutCore, 'report')} without one, ${spool.atWork} being received`,
    )
    const { leftBehind, heldBytes, maxHeldBytes, freeBytes } = spool
    if (leftBehind > 0)
      lines.push(
        `leftovers             ${leftBehind} of killed processes: the next core removes them`,
      )
    lines.push(
      `memory                at most ${mebibytes(maxHeldBytes)} for cores, ${mebibytes(heldBytes)} now`,
      `disk                  ${mebibytes(freeBytes)} free`,
    )
    for (const line of spool.lastProblems)
      lines.push(`log                   ${safeText(line, 500)}`)
  }
  for (const problem of problems) lines.push(`problem               ${safeText(problem, 500)}`)
  return `${lines.join('\n')}\n`
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`

function foldersOf(call: Call): coredump.Paths {
  const folders = {
    procSys: folderOption(call, 'procSys'),
    stateFolder: folderOption(call, 'state'),
  }
  if (process.platform === 'linux') return folders
  throw new MintmarkError('GATE_UNFIT', 'only Linux pipes cores into a program: use "gate watch"')
}

const UNITS = ['', 'K', 'M', 'G', 'T']

export const limitsOf = (call: Call): coredump.GateLimits => ({
  maxMemoryBytes: boundOption(call, 'maxMemory'),
  keepFreeBytes: boundOption(call, 'keepFree'),
  maxSizeBytes: sizeOption(call, 'maxSize'),
  maxAtOnce: call.number('maxAtOnce', { least: 1, most: 1000 }) ?? 32,
})

const boundOption = (call: Call, name: string): number | 'auto' =>
  call.text(name) === 'auto' ? 'auto' : sizeOption(call, name)

/** Bytes of a size such as `256M`: K, M, G and T are powers of 1024. */
function sizeOption(call: Call, name: string): number {
  const [, digits, unit] = /^(\d{1,12})([KMGT]?)$/i.exec(call.text(name) ?? '') ?? []
  const bytes = Number(digits) * 1024 ** UNITS.indexOf(unit?.toUpperCase() ?? '')
  if (Number.isSafeInteger(bytes)) return bytes
  throw invalid(spelled(name), `--${spelled(name)} takes a size such as 256M`)
}

export const compressionOf = (call: Call): coredump.Compression =>
  call.text('compress') === 'gzip' ? 'gzip' : 'zstd'

/** The public keys of `--public-key`, as the gate stores them: without any secret. */
export async function storedKeysOf(call: Call): Promise<readonly Json[]> {
  if (call.list('publicKey').length === 0) return []
  const [{ givenKeys }, { storedKey }] = await Promise.all([
    import('../../options/given_keys.ts'),
    import('@mintmark/coredump/stored_keys'),
  ])
  return (await givenKeys(call)).map(storedKey)
}

export function folderOption(call: Call, name: string): string {
  const given = call.text(name)
  if (given === undefined || given === '') throw invalid(name, `--${name} takes a folder`)
  return path.resolve(given)
}

const STANDARD_INPUT = 0

export const gateReceive: Handler = async (call, ...args) => {
  if (isatty(STANDARD_INPUT) && !call.flag('check'))
    return call.wrongUsage('no core on standard input: pipe one into it')
  return await receiveOne(await gateFrom(call), args, call)
}

async function gateFrom(call: Call): Promise<coredump.Gate> {
  const spool = coredump.Spool.open(folderOption(call, 'spool'), { isMade: true })
  const publicKeys = await storedKeysOf(call)
  return {
    spool,
    log: new coredump.GateLog(spool.folder),
    limits: limitsOf(call),
    compression: compressionOf(call),
    loadScrub: () => coredump.loadGateScrub(publicKeys, call.flag('acceptCut')),
  }
}

async function receiveOne(
  gate: coredump.Gate,
  args: readonly string[],
  call: Call,
): Promise<ExitCode> {
  if (call.flag('check')) {
    await coredump.selfTest(gate)
    await call.out('Check passed: a core dump would be scrubbed and written\n')
    return DONE
  }
  const inlet = new coredump.Inlet(STANDARD_INPUT)
  const dropped = call.text('dropped')
  const arrival =
    dropped === undefined
      ? coredump.arrivalOf(coredump.crashOf(args, call.now()), inlet)
      : coredump.arrivalOfFile(droppedOf(dropped), inlet)
  const received = await coredump.receiveCore(gate, arrival)
  await call.print(received, () => `${receivedText(received)}\n`, 2)
  return exitCodeOf(received)
}

function receivedText(received: coredump.CoreOutcome): string {
  if (received.outcome === 'lost') return `no core: ${received.why}`
  if (received.outcome === 'unclean') return `no core, only a report: ${received.folder}`
  const { folder, erasedRanges } = received
  return `${folder}: ${erasedRanges === 0 ? 'nothing to erase' : `${erasedRanges} locations erased`}`
}

function droppedOf(text: string): coredump.DroppedFile {
  const { path: file, bytes, modifiedMs, inode, member } = parseObject(text) ?? {}
  if (typeof file !== 'string' || typeof bytes !== 'number')
    throw invalid('dropped', '--dropped takes what "gate watch" passes on')
  const dropped = { path: file, bytes, modifiedMs: Number(modifiedMs), inode: Number(inode) }
  return typeof member === 'string' ? { ...dropped, member } : dropped
}

/** By what was erased from the core, as a scan counts it; 3: there is no core. */
export function exitCodeOf(received: coredump.CoreOutcome): ExitCode {
  if (received.outcome !== 'core') return NOT_ANSWERED
  const { counts } = received
  return exitCode({ isFound: counts === 'found', isWhole: true, hasLeads: counts === 'lead' })
}

const ONE_FOLDER = 'give one DIR to watch: name it first, or behind a --'

export const gateWatch: Handler = async (call, ...args) => {
  const { keysAndOperands } = await import('../../options/given_keys.ts')
  const { operands } = await keysAndOperands(args, call)
  const [folder] = operands
  if (folder === undefined || operands.length > 1) return call.wrongUsage(ONE_FOLDER)
  // Wrong limits are reported now, not at the first dump.
  limitsOf(call)
  const all = call.list('publicKey')
  // Of an option that takes several files, the last one is the folder where no operand is left.
  const keyFiles = args.length > 0 ? all : all.slice(0, -1)
  const spool = coredump.Spool.open(folderOption(call, 'spool'), { isMade: true })
  const watch = new coredump.FolderWatch({
    folder: folderOf(folder),
    spool,
    log: new coredump.GateLog(spool.folder),
    call: { node: process.execPath, args: receiveCall(spool.folder, call, keyFiles) },
    isRemoved: call.text('raw') === 'remove',
    quietMs: 1000 * (call.number('settle', { least: 0, most: 86_400, isFraction: true }) ?? 5),
  })
  if (call.flag('once')) {
    const count = await watch.sweepOnce()
    await call.print(count, () => countText(count))
    return exitCode({
      isFound: count.withKeys > 0,
      isWhole: count.failed === 0 && count.left === 0,
      hasLeads: count.withLeads > 0,
    })
  }
  call.note(
    `mintmark: watching ${safeText(folder)}; results are logged in ${spool.folder}/gate.log\n`,
  )
  // A core that is being received when this ends is lost, its raw dump is not: it is received again.
  await watch.run(stopSignal())
  return DONE
}

function folderOf(given: string): string {
  try {
    return realpathSync(given)
  } catch {
    return path.resolve(given)
  }
}

function receiveCall(spool: string, call: Call, keyFiles: readonly string[]): readonly string[] {
  const keys = keyFiles.flatMap((file) => ['--public-key', realpathSync(file)])
  const names = ['maxMemory', 'maxSize', 'maxAtOnce', 'keepFree', 'compress'] as const
  const given = names.flatMap((name) => {
    const value = call.text(name)
    return value === undefined ? [] : [`--${spelled(name)}`, value]
  })
  const main = realpathSync(process.argv[1] ?? '')
  const cut = call.flag('acceptCut') ? ['--accept-cut'] : []
  return [main, 'gate', 'receive', '--spool', spool, ...given, ...cut, ...keys]
}

const countText = (count: coredump.WatchCount): string => {
  const { written, withKeys, withLeads, failed, left, waiting } = count
  return `${written} written, ${withKeys} of them with erased keys, ${withLeads} with unverified keys; ${failed} failed, ${left} not received (see gate.log), ${waiting} incomplete or received by another watch\n`
}
