-- wrk's request: films for two stated viewers.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"viewers": [{"age": 31, "gender": "female", "emotion": "happy"}, '
  .. '{"age": 34, "gender": "male", "emotion": "sad"}]}'
