import { useQuery } from '@tanstack/react-query'
import { useModels } from '@/lib/api/use-models'
import { ApiError, unwrap } from '@/lib/api/problem'

/** The models that the caller's own key may call, as the gateway lists them. */
export function useCallableModels(key: () => Promise<string>) {
  const known = useModels()
  const models = useQuery({
    queryKey: ['gateway', 'models'],
    queryFn: async ({ signal }) => listModels(await key(), signal),
  })
  const simulated = new Set(known.data?.filter((model) => model.simulated).map((model) => model.model_id))
  return { ...models, simulated }
}

async function listModels(key: string, signal: AbortSignal): Promise<string[]> {
  const call = fetch('/gateway/v1/models', {
    headers: { authorization: `Bearer ${key}` },
    credentials: 'omit',
    signal,
  }).then(async (response) => ({ response, data: response.ok ? await response.json() : undefined }))
  const { data } = await unwrap<{ data: { id: string }[] }>(call)
  if (!Array.isArray(data)) throw new ApiError(502, {})
  return data.map((model) => model.id)
}
