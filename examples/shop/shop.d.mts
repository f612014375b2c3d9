export interface ShopService {
  readonly service: string;
  readonly instance: string;
}
export declare const SHOP: { readonly frontend: ShopService; readonly orders: ShopService; readonly stock: ShopService };
export declare const PAGES: Readonly<Record<string, { readonly fails: boolean; readonly slow: boolean }>>;

export interface Shop {
  readonly ports: { readonly frontend: number; readonly orders: number; readonly stock: number; readonly database: number };
  visit(page: string): Promise<{ readonly status: number; readonly milliseconds: number }>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export declare function startShop(o: { readonly collector: string; readonly log?: (line: string) => void }): Promise<Shop>;
