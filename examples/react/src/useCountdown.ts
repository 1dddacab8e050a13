import { useEffect, useState } from "react";

/** The seconds until an instant, counted down; 0 when it has come. */
export function useCountdown(instant: string | null | undefined): number {
  const [now, setNow] = useState(Date.now);
  const end = instant ? Date.parse(instant) : 0;
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= end) {
        clearInterval(timer);
      }
    }, 250);
    return () => clearInterval(timer);
  }, [end]);
  return Math.max(0, Math.ceil((end - now) / 1000));
}

/** As in `29 d 23:59:58`. */
export function asClock(seconds: number): string {
  const part = (size: number, limit: number) => String(Math.floor(seconds / size) % limit).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  return `${days > 0 ? `${days} d ` : ""}${part(3600, 24)}:${part(60, 60)}:${part(1, 60)}`;
}
