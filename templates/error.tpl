{{%AUTOESCAPE context="HTML"}}<main class="alone">
  <div class="card">
    <p class="status">{{STATUS}}</p>
    <h1>{{TEXT}}</h1>
    {{#ADVICE}}
    <p class="quiet">{{ADVICE_TEXT}}</p>
    {{/ADVICE}}
    {{#TO_KEYS}}
    <div class="actions"><a class="button wide" href="/settings/api-keys">To your API keys</a></div>
    {{/TO_KEYS}}
    <p class="quiet">Request <code dir="ltr" translate="no">{{REQUEST_ID}}</code></p>
  </div>
</main>
