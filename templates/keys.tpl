{{%AUTOESCAPE context="HTML"}}<div class="head">
  <div>
    <h1>API Keys</h1>
    <p class="quiet">Manage API keys for external tool access</p>
  </div>
  <a class="button primary" href="/settings/api-keys/new" data-opens="create"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#plus"></use></svg>Create Key</a>
</div>
<section class="card" id="keys" aria-labelledby="your-keys" data-now="{{NOW}}">
  <div class="top">
    <div>
      <h2 id="your-keys">Your API Keys</h2>
      <p class="quiet">API keys allow external tools to access your account. Keys are shown in full only once when created or regenerated.</p>
    </div>
    {{#SEARCH}}
    <search>
      <form class="search" method="get" action="/settings/api-keys">
        <label class="hidden" for="q">Search by name</label>
        <div class="within"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#search"></use></svg><input id="q" name="q" type="search" value="{{SEARCHED}}" placeholder="Search by name" autocomplete="off"></div>
        <button type="submit">Search</button>
        {{#CLEAR}}
        <a class="button plain" href="/settings/api-keys">Clear search</a>
        {{/CLEAR}}
      </form>
    </search>
    {{/SEARCH}}
  </div>
  {{#LIMIT}}
  <p class="callout warn"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#triangle-alert"></use></svg><span>You have {{TOTAL}} of {{MOST}} keys</span></p>
  {{/LIMIT}}
  {{#NO_KEYS}}
  <div class="empty">
    <span class="mark"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#key-round"></use></svg></span>
    <p><strong>No API keys yet.</strong></p>
    <p class="quiet">Create one to get started.</p>
  </div>
  {{/NO_KEYS}}
  {{#NO_MATCH}}
  <div class="empty">
    <span class="mark"><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#search"></use></svg></span>
    <p><strong>No key matches “<bdi translate="no">{{SEARCHED}}</bdi>”.</strong></p>
    <p><a href="/settings/api-keys">Clear search</a></p>
  </div>
  {{/NO_MATCH}}
  {{#TABLE}}
  <table role="table">
    <caption>API keys, newest first, {{SHOWN}} of {{TOTAL}}</caption>
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Name</th>
        <th role="columnheader" scope="col">Key</th>
        <th role="columnheader" scope="col" aria-sort="descending">Created</th>
        <th role="columnheader" scope="col">Last Used</th>
        <th role="columnheader" scope="col">Actions</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      {{#KEY}}
      <tr role="row">
        <th role="rowheader" scope="row"><bdi translate="no">{{NAME}}</bdi>{{#EXPIRED}} <span class="badge bad">Expired <time data-form="day" datetime="{{EXPIRES_AT}}">{{EXPIRES}}</time></span>{{/EXPIRED}}{{#EXPIRES_LATER}} <span class="badge">Expires <time data-form="until" datetime="{{EXPIRES_AT}}">{{EXPIRES}}</time></span>{{/EXPIRES_LATER}}{{#DISABLED}} <span class="badge warn">Disabled</span>{{/DISABLED}}{{#LOCKED}} <span class="badge warn">Disabled by an operator</span>{{/LOCKED}}</th>
        <td role="cell" data-label="Key"><code dir="ltr" translate="no">{{MASKED_KEY}}</code><span class="hidden"> rest hidden</span></td>
        <td role="cell" data-label="Created"><time datetime="{{CREATED_AT}}">{{CREATED}}</time></td>
        <td role="cell" data-label="Last Used">{{#USED}}<div class="use"><time datetime="{{LAST_USED_AT}}">{{LAST_USED}}</time>{{#CALLER}} <bdi class="caller" title="{{CALLER_NAME}}" translate="no">{{CALLER_NAME}}</bdi>{{/CALLER}}</div>{{/USED}}{{#NEVER_USED}}<span class="quiet">Never</span>{{/NEVER_USED}}</td>
        <td role="cell">{{#UNLOCKED}}<div class="row-actions"><a class="button" href="/settings/api-keys/{{ID}}/regenerate" data-opens="confirm" data-id="{{ID}}"{{#EXPIRING}} data-expires{{/EXPIRING}}{{#DISABLED}} data-disabled{{/DISABLED}}><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#rotate-cw"></use></svg>Regenerate<span class="hidden"> <bdi translate="no">{{NAME}}</bdi></span></a>
          <details class="rarer" data-menu>
            <summary><svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#ellipsis"></use></svg><span class="hidden">More actions for <bdi translate="no">{{NAME}}</bdi></span></summary>
            <div class="menu">
              <form method="post" action="/settings/api-keys/{{ID}}/{{SWITCH}}" data-switch="{{SWITCH}}" data-id="{{ID}}">
                <input type="hidden" name="csrf" value="{{CSRF}}">
                <input type="hidden" name="pageOf" value="{{PAGE_OF}}">
                <button type="submit">{{#DISABLED}}<svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#circle-check"></use></svg>Enable{{/DISABLED}}{{#ENABLED}}<svg class="icon" aria-hidden="true"><use href="{{STATIC_URL}}/icons.svg#circle-slash"></use></svg>Disable{{/ENABLED}}<span class="hidden"> <bdi translate="no">{{NAME}}</bdi></span></button>
              </form>
            </div>
          </details></div>{{/UNLOCKED}}</td>
      </tr>
      {{/KEY}}
    </tbody>
  </table>
  {{/TABLE}}
</section>
<dialog id="create" aria-labelledby="create-title" closedby="any">
  <div class="sheet">
{{>NEW_KEY_FORM}}
  </div>
</dialog>
<dialog id="confirm" role="alertdialog" aria-labelledby="confirm-title" aria-describedby="confirm-text" closedby="any">
  <div class="sheet">
{{>CONFIRM_FORM}}
  </div>
</dialog>
<dialog id="reveal" aria-labelledby="reveal-title" aria-describedby="reveal-text" closedby="none">
  <div class="sheet">
{{>REVEALED_KEY}}
  </div>
</dialog>
