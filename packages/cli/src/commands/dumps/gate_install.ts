import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MintmarkError, safeJson, safeText } from '@mintmark/core'
import {
  type GateSettings,
  type GateStatus,
  gateStatus,
  installGate,
  type Paths,
  type Uninstalled,
  uninstallGate,
} from '@mintmark/coredump'
import { flag } from '../../options/option_values.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, exitCode } from '../../process/exit_codes.ts'
import { plural } from '../../render/table.ts'
import { compressionOf, folderOption, keptKeysOf, limitsOf } from './gate_options.ts'

const RECEIVER = new URL('../../../bin/gate-receive.mjs', import.meta.url)

export const gateInstall: Handler = async (_args, options, io) => {
  const places = placesOf(options)
  const settings: GateSettings = {
    spool: folderOption(options, 'spool'),
    limits: limitsOf(options),
    compression: compressionOf(options),
    ignoresLimits: flag(options, 'ignoreLimits'),
    acceptsCut: flag(options, 'acceptCut'),
    publicKeys: await keptKeysOf(options, io),
  }
  const receiver = realpathSync(fileURLToPath(RECEIVER))
  const { state, wasThere } = installGate(places, settings, {
    node: process.execPath,
    receiver,
  })
  if (flag(options, 'json')) await io.out(`${safeJson({ wasThere, ...state }, 2)}\n`)
  else {
    const before =
      state.previous === undefined
        ? 'not known: "mintmark gate uninstall" will not restore it'
        : `${safeText(state.previous.pattern)}  ("mintmark gate uninstall" restores that)`
    await io.out(
      [
        wasThere
          ? 'Core dump gate: was installed already; its settings are new.'
          : 'Core dump gate: installed.',
        `Cores are written to ${safeText(state.settings.spool)}, packed by ${state.settings.compression}.`,
        `Before it there was: ${before}`,
        'A reboot takes it away: docs/gate.md has a unit for systemd.\n',
      ].join('\n'),
    )
  }
  return DONE
}

export const gateUninstall: Handler = async (_args, options, io) => {
  const done = uninstallGate(placesOf(options))
  await io.out(flag(options, 'json') ? `${safeJson(done, 2)}\n` : `${inWords(done)}\n`)
  return DONE
}

function inWords({ outcome, kernel }: Uninstalled): string {
  const pattern = safeText(kernel.pattern)
  if (outcome === 'restored')
    return `Core dump gate: removed. kernel.core_pattern is again: ${pattern}`
  return outcome === 'not-ours'
    ? `Core dump gate: removed. kernel.core_pattern was changed since, and is left as it is: ${pattern}`
    : `Core dump gate: not installed. kernel.core_pattern is: ${pattern}`
}

export const gateStatusOf: Handler = async (_args, options, io) => {
  const status = gateStatus(placesOf(options))
  await io.out(flag(options, 'json') ? `${safeJson(publicPart(status), 2)}\n` : statusText(status))
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
    lines.push(`before it             ${safeText(state.previous.pattern)}`)
  if (spool !== undefined) {
    lines.push(
      `spool                 ${safeText(spool.folder)}: ${plural(spool.cores, 'core')}, ` +
        `${plural(spool.withoutCore, 'report')} without one, ${spool.atWork} being received`,
    )
    const { leftBehind, heldBytes, maxHeldBytes, freeBytes } = spool
    if (leftBehind > 0)
      lines.push(`left behind           ${leftBehind} by what was killed: the next core removes it`)
    lines.push(
      `memory                up to ${mebibytes(maxHeldBytes)} of cores are held, ${mebibytes(heldBytes)} now`,
      `disk                  ${mebibytes(freeBytes)} free`,
    )
    for (const line of spool.lastProblems)
      lines.push(`log                   ${safeText(line, 500)}`)
  }
  for (const problem of problems) lines.push(`look at               ${safeText(problem, 500)}`)
  return `${lines.join('\n')}\n`
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MiB`

function placesOf(options: Options): Paths {
  const places = {
    procSys: folderOption(options, 'procSys'),
    stateFolder: folderOption(options, 'state'),
  }
  if (process.platform === 'linux') return places
  throw new MintmarkError('GATE_UNFIT', 'only Linux pipes cores into a program: use "gate watch"')
}
