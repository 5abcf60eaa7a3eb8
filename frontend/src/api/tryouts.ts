import { queryOptions } from '@tanstack/react-query'
import { api, ask } from './client'
import { ApiError, errorWords } from './errors'
import type { components } from './schema'
import { sendForm } from './upload'

type Schema = components['schemas']
export type ModelToTry = Schema['ModelShape']
export type Guess = Schema['GuessShape']
export type TryAnswer = Schema['AnswerShape']
type Tryout = Schema['TryoutShape']

/** How far a picture has come: on its way, waiting, then what the server says that it is doing. */
export type Step = 'sending' | 'queued' | 'starting' | 'loading' | 'looking'

const STEPS: readonly string[] = ['starting', 'loading', 'looking'] satisfies Step[]
const LOOK_MS = 400

export const modelsToTryQuery = (pid: number) =>
  queryOptions({
    queryKey: ['project', pid, 'tryouts'],
    queryFn: (): Promise<Schema['ModelsShape']> =>
      ask(api.GET('/api/projects/{pid}/tryouts', { params: { path: { pid } } })),
  })

interface Asked {
  signal: AbortSignal
  onStep: (step: Step) => void
}

/** What the model says of the picture; however it ends, the server is told to forget both. */
export async function tryModel(pid: number, model: string, file: File, { signal, onStep }: Asked): Promise<TryAnswer> {
  onStep('sending')
  const parts = { model, file: { blob: file, name: file.name || 'picture' } }
  let found = await sendForm<Tryout>(`/api/projects/${pid}/tryouts`, parts, { signal })
  const path = { pid, tid: found.id }
  try {
    while (found.state === 'queued' || found.state === 'running') {
      onStep(found.state === 'running' && STEPS.includes(found.step) ? (found.step as Step) : 'queued')
      await rest(signal)
      found = await ask(api.GET('/api/projects/{pid}/tryouts/{tid}', { params: { path }, signal }))
    }
  } finally {
    // What is not forgotten now is forgotten by the server after some minutes.
    ask(api.DELETE('/api/projects/{pid}/tryouts/{tid}', { params: { path } })).catch(() => undefined)
  }
  if (found.answer) return found.answer
  await errorWords()
  throw new ApiError(found.error?.code ?? 'unexpected', found.error?.message ?? '')
}

function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, LOOK_MS)
    function done() {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    function stop() {
      clearTimeout(timer)
      reject(new DOMException('stopped', 'AbortError'))
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
