{{%AUTOESCAPE context="HTML"}}<section class="card narrow" aria-labelledby="title">
  <h1 id="title">Regenerate API Key</h1>
  <p>Are you sure you want to regenerate “<bdi>{{NAME}}</bdi>”? The current key will stop working immediately.</p>
  <p><code>{{MASKED_KEY}}</code>, {{#USED}}last used <time datetime="{{LAST_USED_AT}}">{{LAST_USED}}</time>{{/USED}}{{#NEVER_USED}}never used{{/NEVER_USED}}</p>
  <form method="post" action="/settings/api-keys/{{ID}}/regenerate">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <input type="hidden" name="once" value="{{ONCE}}">
    <div class="actions">
      <a class="button" href="/settings/api-keys" autofocus>Cancel</a>
      <button class="primary" type="submit">Regenerate</button>
    </div>
  </form>
</section>
