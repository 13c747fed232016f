import { useI18n } from '@/i18n'
import { Button } from './ui/button'

interface LoadMoreProps {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown }
}

/** The foot of a list that has more. */
export function LoadMore({ list }: LoadMoreProps) {
  const { t } = useI18n()
  if (!list.hasNextPage) return null
  return (
    <div className="flex justify-center border-t border-line p-2">
      <Button variant="ghost" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {t('common.more')}
      </Button>
    </div>
  )
}
