import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MintmarkError, safeText } from '@mintmark/core'
import type { GateSettings, GateStatus, Paths, Uninstalled } from '@mintmark/coredump'
import { gateStatus, installGate, uninstallGate } from '@mintmark/coredump'
import { flag } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, exitCode } from '../../process/exit_codes.ts'
import { print } from '../../render/print.ts'
import { plural } from '../../render/table.ts'
import { compressionOf, folderOption, limitsOf, storedKeysOf } from './gate_options.ts'

const RECEIVER = new URL('../../../bin/gate-receive.mjs', import.meta.url)

export const gateInstall: Handler = async (_args, options, io) => {
  const folders = foldersOf(options)
  const settings: GateSettings = {
    spool: folderOption(options, 'spool'),
    limits: limitsOf(options),
    compression: compressionOf(options),
    ignoresLimits: flag(options, 'ignoreLimits'),
    acceptsCut: flag(options, 'acceptCut'),
    publicKeys: await storedKeysOf(options, io),
  }
  const receiver = realpathSync(fileURLToPath(RECEIVER))
  const { state, wasThere } = installGate(folders, settings, {
    node: process.execPath,
    receiver,
  })
  const text = () => installedText(state, wasThere)
  await print(io, options, { wasThere, ...state }, text, 2)
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

type Installed = ReturnType<typeof installGate>

export const gateUninstall: Handler = async (_args, options, io) => {
  const done = uninstallGate(foldersOf(options))
  await print(io, options, done, () => `${inWords(done)}\n`, 2)
  return DONE
}

function inWords({ outcome, kernel }: Uninstalled): string {
  const pattern = safeText(kernel.pattern)
  if (outcome === 'restored')
    return `Core dump gate: removed. kernel.core_pattern is again: ${pattern}`
  return outcome === 'not-ours'
    ? `Core dump gate: removed. Somebody changed kernel.core_pattern since; it is left: ${pattern}`
    : `Core dump gate: not installed. kernel.core_pattern is: ${pattern}`
}

export const gateStatusOf: Handler = async (_args, options, io) => {
  const status = gateStatus(foldersOf(options))
  await print(io, options, publicPart(status), () => statusText(status), 2)
  return exitCode({ isFound: status.problems.length > 0, isWhole: true })
}

/** Keys by how many there are. */
function publicPart({ state, ...rest }: GateStatus): object {
  if (state === undefined) return rest
  const { publicKeys, ...settings } = state.settings
  const counted = { ...settings, publicKeys: publicKeys.length }
  return { ...rest, settings: counted, expected: state.kernel, previous: state.previous }
}

function statusText({ isInstalled, kernel, state, spool, problems }: GateStatus): string {
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

function foldersOf(options: Options): Paths {
  const folders = {
    procSys: folderOption(options, 'procSys'),
    stateFolder: folderOption(options, 'state'),
  }
  if (process.platform === 'linux') return folders
  throw new MintmarkError('GATE_UNFIT', 'only Linux pipes cores into a program: use "gate watch"')
}
