import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { FormProvider, useForm } from 'react-hook-form'
import { EditError } from '@/components/edit-conflict'
import { LimitsTabs, type LimitsTab } from '@/components/limits/limits-tabs'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { useToast } from '@/components/ui/toast'
import { useI18n, type MessageKey } from '@/i18n'
import { createKey, readKey, updateKey, type ApiKey, type ApiKeySecret } from '@/lib/api/keys'
import { showFieldErrors } from '@/lib/forms'
import { useEdit } from '@/lib/use-edit'
import { keySchema, toRequest, toUpdate, valuesOf, type KeyValues } from './data/schema'
import { KeyAccounting, KeyLifetime, KeyOwner, KeyReach } from './key-fields'
import { ModelsField, SurfaceBoxes } from './key-scope'

const labels: Record<string, MessageKey> = {
  name: 'common.name',
  surfaces: 'keys.surfaces',
  addresses: 'keys.addresses',
  rotation_period_days: 'keys.rotationPeriod',
  tags: 'keys.tags',
  cost_center: 'keys.costCenter',
}

interface KeyDialogProps {
  apiKey?: ApiKey
  tab?: LimitsTab
  onClose: () => void
  onSaved: () => Promise<unknown>
  onIssued: (secret: ApiKeySecret) => void
}

// Where the API's name of a field is not the form's.
const aliases: Record<string, keyof KeyValues> = {
  allowed_models: 'models',
  allowed_mcp_tools: 'tools',
  ip_allowlist: 'addresses',
}

export function KeyDialog({ apiKey, tab: first = 'settings', onClose, onSaved, onIssued }: KeyDialogProps) {
  const { t } = useI18n()
  const toast = useToast()
  const form = useForm<KeyValues>({ resolver: zodResolver(keySchema(t)), defaultValues: valuesOf(apiKey) })
  const edit = useEdit({ form, read: apiKey && (() => readKey(apiKey.id)), valuesOf })
  const { errors } = form.formState
  const [tab, setTab] = useState(first)

  const save = useMutation({
    mutationFn: async (values: KeyValues) => {
      if (apiKey) {
        await updateKey(apiKey.id, toUpdate(values), await edit.etag())
        return undefined
      }
      return createKey(toRequest(values))
    },
    onSuccess: async (secret) => {
      await onSaved()
      if (secret) return onIssued(secret)
      toast.success(t('common.saved'), form.getValues('name'))
      onClose()
    },
    onError: (error) =>
      showFieldErrors(error, form.setError, Object.keys(valuesOf()) as (keyof KeyValues)[], aliases),
  })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={apiKey ? t('keys.editTitle', { name: apiKey.name }) : t('keys.create')}
      description={apiKey ? undefined : t('keys.createHint')}
      footer={
        tab === 'settings' && (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button type="submit" form="key-form" variant="primary" busy={save.isPending}>
              {apiKey ? t('common.save') : t('keys.create')}
            </Button>
          </>
        )
      }
    >
      <LimitsTabs subject={apiKey && { kind: 'api_key', id: apiKey.id }} tab={tab} onTab={setTab}>
        <FormProvider {...form}>
          <form
            id="key-form"
            noValidate
            className="grid gap-4 sm:grid-cols-2"
            onSubmit={form.handleSubmit((values) => save.mutate(values))}
          >
            <Field
              label={t('common.name')}
              error={errors.name?.message}
              hint={t('keys.nameHint')}
              className="sm:col-span-2"
            >
              {(control) => <Input {...control} {...form.register('name')} autoFocus autoComplete="off" />}
            </Field>
            {!apiKey && <KeyOwner />}
            <SurfaceBoxes />
            <ModelsField />
            <KeyLifetime existing={Boolean(apiKey)} />
            <More title={t('keys.more')} open={Boolean(apiKey)}>
              <KeyReach />
              <KeyAccounting />
            </More>
            <div className="empty:hidden sm:col-span-2">
              <EditError
                edit={edit}
                error={save.error}
                onLoaded={save.reset}
                label={(name) => t(labels[name] ?? 'keys.more')}
              />
            </div>
          </form>
        </FormProvider>
      </LimitsTabs>
    </Dialog>
  )
}

/** What few keys need, out of the way until it is asked for. */
function More({ title, open, children }: { title: string; open: boolean; children: ReactNode }) {
  return (
    <details open={open} className="group sm:col-span-2">
      <summary className="flex cursor-pointer list-none items-center gap-1 rounded text-sm font-medium text-ink-2 hover:text-ink">
        <ChevronRight className="size-4 transition-transform group-open:rotate-90" aria-hidden />
        {title}
      </summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">{children}</div>
    </details>
  )
}
