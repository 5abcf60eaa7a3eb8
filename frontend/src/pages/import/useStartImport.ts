import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ask } from '@/api/client'
import { errorText } from '@/api/errors'
import type { Batch } from '@/api/types'
import { sendForm } from '@/api/upload'
import { tellFailed } from '../tell'
import type { Choice } from './Choose'
import { batchesKey } from './queries'
import { type SendResult, Uploads } from './uploads'
import type { GivenFile } from './walk'

interface Steps {
  onOpened: (batch: Batch, uploads: Uploads) => void
  onSent: () => void
}

/** Opens a delivery, sends the files into it and closes it; `finish` closes one of which some files never arrived. */
export function useStartImport(pid: number, { onOpened, onSent }: Steps) {
  const client = useQueryClient()

  async function finish(bid: number, uploads: Uploads) {
    uploads.stop()
    try {
      await ask(api.POST('/api/projects/{pid}/batches/{bid}/close', { params: { path: { pid, bid } } }))
      await client.invalidateQueries({ queryKey: batchesKey(pid) })
      onSent()
    } catch (problem) {
      tellFailed(errorText(problem))
    }
  }

  const start = useMutation({
    mutationFn: async ({ files, choice }: { files: readonly GivenFile[]; choice: Choice }) => {
      const batch: Batch = await ask(
        api.POST('/api/projects/{pid}/batches', { params: { path: { pid } }, body: choice }),
      )
      const uploads = new Uploads(files, {
        send: async (parcel, options) => {
          const reply = await sendForm<{ results: SendResult[] }>(
            `/api/projects/${pid}/batches/${batch.id}/files`,
            {
              paths: JSON.stringify(parcel.map(({ path }) => path)),
              files: parcel.map(({ file }) => ({ blob: file, name: file.name })),
            },
            options,
          )
          return reply.results
        },
      })
      onOpened(batch, uploads)
      void uploads.run().then(() => {
        if (uploads.stopped || uploads.count('failed') > 0) return undefined
        return finish(batch.id, uploads)
      })
    },
  })
  return { mutate: start.mutate, isPending: start.isPending, error: start.error, finish }
}
