{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="title">
  {{#CREATED}}<h1 id="title">API Key Created!</h1>
  <p>Copy this key now. You won't be able to see it again.</p>{{/CREATED}}
  {{#REGENERATED}}<h1 id="title">Key Regenerated!</h1>
  <p>Copy this new key now. The old key is no longer valid.</p>{{/REGENERATED}}
  <label for="full-key">The key “<bdi>{{NAME}}</bdi>”</label>
  <input id="full-key" class="key" type="text" readonly value="{{FULL_KEY}}" autocomplete="off" spellcheck="false" autofocus>
  <p>Store this key securely. It provides full access to your account via the API.</p>
  <p>Try it:</p>
  <pre><code>curl -H "Authorization: Bearer {{FULL_KEY}}" {{ME_URL}}</code></pre>
  <div class="actions"><a class="button primary" href="/settings/api-keys">Done</a></div>
</section>
