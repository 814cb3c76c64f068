import { listen } from '@mintmark/ledger/http'
import { type ServiceOptions, startGuard } from './guard_service.ts'
import { MAX_BODY_BYTES } from './http/answers.ts'
import { startSigner } from './http/signer_service.ts'

interface Serving {
  readonly url: string
  /** Lets running requests end; resolves when all is closed. */
  readonly stop: () => Promise<void>
}

/** @throws {MintmarkError} `INPUT_UNREADABLE`, `INPUT_INVALID` */
export async function serveGuard(file: string, options: ServiceOptions): Promise<Serving> {
  const service = await startGuard(file, options)
  try {
    const { url, stop } = await listen(
      service.app,
      { ...service.config, maxHeaderBytes: MAX_BODY_BYTES },
      service.fastPath,
    )
    const stopAll = async () => {
      service.abort()
      await stop()
      await service.stop()
    }
    return { url, stop: stopAll }
  } catch (cause) {
    await service.stop()
    throw cause
  }
}

export async function serveSigner(file: string, log: (line: string) => void): Promise<Serving> {
  const { host, port, app } = await startSigner(file, log)
  return await listen(app, { host, port })
}
