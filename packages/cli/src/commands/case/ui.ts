import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Case, prepare } from '@mintmark/case'
import { listen } from '@mintmark/ledger/http'
import { CaseViews, caseApp, OwnHunts, pageFiles, SessionAuth } from '@mintmark/web'
import { authorOption } from '../../options/option_values.ts'
import { flag, list, numberOption, withCase } from '../../options/options.ts'
import type { Handler, Options } from '../../process/command.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import type { Io } from '../../process/io.ts'
import { openBrowser } from '../../process/open_browser.ts'
import { withProgress } from '../../process/progress.ts'
import { stopRequested } from '../../process/stopping.ts'

const HOST = '127.0.0.1'

/** Serves a case to one browser until the process is asked to end. */
export const ui: Handler = async (_args, options, io) => {
  // First of all: a page that is not built is reported before a case is opened.
  const files = pageFiles()
  return withCase(options, 'read-on', (investigated) => serve(investigated, { options, io, files }))
}

async function serve(
  investigated: Case,
  call: {
    readonly options: Options
    readonly io: Io
    readonly files: ReturnType<typeof pageFiles>
  },
): Promise<ExitCode> {
  const { options, io, files } = call
  const ownHunts = new OwnHunts(list(options, 'hunts'), homeOf(investigated))
  const views = await opened(investigated, ownHunts, io)
  const auth = new SessionAuth()
  const viewer = {
    who: authorOption(options),
    canWrite: !flag(options, 'readOnly'),
  }
  const onBug = (text: string) => io.err(`mintmark: a bug, please report it: ${text}\n`)
  const app = caseApp({ views, auth, viewer, ownHunts, files, onBug })
  const port = numberOption(options, 'port', { least: 0, most: 65_535 }) ?? 0
  const { url, stop } = await listen(app, { host: HOST, port })
  auth.bind(url)
  // From here on it ends in good order, however soon it is asked to.
  const stopping = stopRequested()
  await io.out(greeting(auth.entryAddress(), flag(options, 'json')))
  const removeFile = flag(options, 'open')
    ? shown(auth.entryAddress(), investigated, io)
    : undefined
  await stopping
  removeFile?.()
  await stop()
  await views.close()
  return DONE
}

/** In the browser; where that fails, there is the printed address. @returns removes the file that this needed */
function shown(url: string, { session, location }: Case, io: Io): (() => void) | undefined {
  const onFailure = (why: string) =>
    io.err(`mintmark: no browser was opened: ${why}. Open the printed address yourself\n`)
  try {
    return openBrowser(url, session.kind === 'embedded' ? location : tmpdir(), onFailure)
  } catch (cause) {
    onFailure(cause instanceof Error ? cause.message : String(cause))
    return undefined
  }
}

function greeting(url: string, isJson: boolean): string {
  if (isJson) return `${JSON.stringify({ url })}\n`
  return `open ${url}\nin a browser on this machine; the address works once. Stop with Ctrl-C.\n`
}

/** Steps of an answer. */
const STEPS = 6

/** The views of the case; what was computed before for the same evidence is not computed again. */
const opened = (investigated: Case, ownHunts: OwnHunts, io: Io): Promise<CaseViews> =>
  withProgress(io, async (progress) => {
    const onProgress = (done: number, total: number) => progress.show('reconcile', done, total)
    await prepare(investigated, { onProgress })
    let done = 0
    const onStep = (step: string) => progress.show(step, done++, STEPS)
    return await CaseViews.open(investigated, () => ownHunts.dirs(), { onStep })
  })

/** Where hunts of the page are stored: in the case's own folder; on a server nowhere, unless it is named. */
const homeOf = ({ session, location }: Case): string | undefined =>
  session.kind === 'embedded' ? join(location, 'hunts') : undefined
