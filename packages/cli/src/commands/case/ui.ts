import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Case, prepare } from '@mintmark/case'
import { listen } from '@mintmark/ledger/http'
import { CaseViews, caseApp, OwnHunts, pageFiles, SessionAuth } from '@mintmark/web'
import { authorOption, withCase } from '../../options/options.ts'
import type { Call, Handler } from '../../process/call.ts'
import { DONE, type ExitCode } from '../../process/exit_codes.ts'
import { openBrowser } from '../../process/open_browser.ts'
import { stopRequested } from '../../process/stopping.ts'

const HOST = '127.0.0.1'

export const ui: Handler = async (call) => {
  // First of all: a page that is not built is reported before a case is opened.
  const files = pageFiles()
  return withCase(call, 'read-on', (investigated) => serve(investigated, files, call))
}

async function serve(
  investigated: Case,
  files: ReturnType<typeof pageFiles>,
  call: Call,
): Promise<ExitCode> {
  const ownHunts = new OwnHunts(call.list('hunts'), homeOf(investigated))
  const views = await opened(investigated, ownHunts, call)
  const auth = new SessionAuth()
  const viewer = { who: authorOption(call), canWrite: !call.flag('readOnly') }
  const onBug = (text: string) => call.err(`mintmark: a bug, please report it: ${text}\n`)
  const app = caseApp({ views, auth, viewer, ownHunts, files, onBug })
  const { url, stop } = await listen(app, { host: HOST, port: call.port() ?? 0 })
  auth.bind(url)
  // From here on it ends in good order, however soon it is asked to.
  const stopping = stopRequested()
  const address = auth.entryAddress()
  await call.out(
    call.isJson
      ? `${JSON.stringify({ url: address })}\n`
      : `open ${address}\nin a browser on this machine; the address works once. Stop with Ctrl-C.\n`,
  )
  const removeFile = call.flag('open') ? shown(address, investigated, call) : undefined
  await stopping
  removeFile?.()
  await stop()
  await views.close()
  return DONE
}

/** In the browser; where that fails, there is the printed address. @returns removes the file that this needed */
function shown(url: string, { session, location }: Case, call: Call): (() => void) | undefined {
  const onFailure = (why: string) =>
    call.err(`mintmark: no browser was opened: ${why}. Open the printed address yourself\n`)
  try {
    return openBrowser(url, session.kind === 'embedded' ? location : tmpdir(), onFailure)
  } catch (cause) {
    onFailure(cause instanceof Error ? cause.message : String(cause))
    return undefined
  }
}

const STEPS = 6

const opened = (investigated: Case, ownHunts: OwnHunts, call: Call): Promise<CaseViews> =>
  call.progress(async (progress) => {
    const onProgress = (done: number, total: number) => progress.show('reconcile', done, total)
    await prepare(investigated, { onProgress })
    let done = 0
    const onStep = (step: string) => progress.show(step, done++, STEPS)
    return await CaseViews.open(investigated, () => ownHunts.dirs(), { onStep })
  })

/** Where hunts of the page are stored: in the case's own folder; on a server nowhere, unless it is named. */
const homeOf = ({ session, location }: Case): string | undefined =>
  session.kind === 'embedded' ? join(location, 'hunts') : undefined
