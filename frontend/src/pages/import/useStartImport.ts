import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { UnfinishedUpload } from '@/api/types'
import { tellFailed } from '../tell'
import type { Choice } from './Choose'
import type { Plan } from './plan'
import { batchesKey } from './queries'
import { sendingTo } from './send'
import { sendings } from './sending'
import { Uploads } from './uploads'
import type { GivenFile } from './walk'

/** An upload that broke off, and what of the given files it lacks. */
export interface Broken {
  upload: UnfinishedUpload
  plan: Plan
}

interface Given {
  files: readonly GivenFile[]
  choice: Choice
  goOn?: Broken
}

/** Opens a delivery (or goes on with one), sends the files into it and closes it; `finish` closes it early. */
export function useStartImport(pid: number) {
  const client = useQueryClient()

  async function finish(bid: number, uploads: Uploads) {
    uploads.stop()
    try {
      await ask(api.POST('/api/projects/{pid}/batches/{bid}/close', { params: { path: { pid, bid } } }))
      sendings.put(pid, { bid, uploads, sent: true })
      await client.invalidateQueries({ queryKey: batchesKey(pid) })
    } catch (problem) {
      tellFailed(errorText(problem))
    }
  }

  const start = useMutation({
    mutationFn: async ({ files, choice, goOn }: Given) => {
      const bid = goOn ? await expectMore(pid, goOn) : await open(pid, files, choice)
      const uploads = new Uploads(files, sendingTo(pid, bid), goOn?.plan.missing)
      sendings.put(pid, { bid, uploads, sent: false })
      void uploads.run().then(() => {
        if (uploads.stopped || uploads.count('failed') > 0) return undefined
        return finish(bid, uploads)
      })
    },
  })
  return { mutate: start.mutate, isPending: start.isPending, error: start.error, finish }
}

async function open(pid: number, files: readonly GivenFile[], choice: Choice): Promise<number> {
  const expected_bytes = files.reduce((sum, { file }) => sum + file.size, 0)
  const body = { ...choice, expected: files.length, expected_bytes }
  const batch = await ask(api.POST('/api/projects/{pid}/batches', { params: { path: { pid } }, body }))
  return batch.id
}

/** The folder may have grown since: what is to come in all is told anew. */
async function expectMore(pid: number, { upload, plan }: Broken): Promise<number> {
  const body = {
    expected: upload.arrived + plan.missing.size,
    expected_bytes: upload.arrived_bytes + plan.missingBytes,
  }
  const path = { pid, bid: upload.id }
  await ask(api.PATCH('/api/projects/{pid}/batches/{bid}', { params: { path }, body }))
  return upload.id
}
