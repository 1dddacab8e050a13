// What the code of the README takes from its surroundings.

declare const provider: { accessToken(): Promise<string>; renewedAccessToken(): Promise<string | null> };
declare const nameplate: import("nameplate-client").Nameplate;
declare const session: import("nameplate-client").Session;
declare const username: string;
declare const password: string;
declare function show(text: string): void;
declare function useSyncExternalStore<T>(subscribe: (changed: () => void) => () => void, snapshot: () => T): T;

declare module "expo-secure-store" {
  interface Options {
    keychainAccessible?: number;
  }
  export const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: number;
  export function getItemAsync(key: string, options?: Options): Promise<string | null>;
  export function setItemAsync(key: string, value: string, options?: Options): Promise<void>;
  export function deleteItemAsync(key: string, options?: Options): Promise<void>;
}
